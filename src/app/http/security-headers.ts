import type { IncomingMessage, ServerResponse } from 'node:http';

/** Middleware of Node's own shape, which both platforms take. */
export type NodeMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Fields that every answer carries. The page may load nothing but its own files, call nobody but this app, and be framed by nobody, so
 * that a script that got into it would find no way out.
 *
 * @param signInOrigins - Where the form of the sign-in may lead: to the app under its public name, and on to the issuer's pages.
 */
export function securityHeaders(signInOrigins: readonly string[]): NodeMiddleware {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    ['form-action', "'self'", ...signInOrigins].join(' '),
    "frame-ancestors 'none'",
  ].join('; ');
  return (_request, response, next) => {
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    next();
  };
}
