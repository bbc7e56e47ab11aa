import { nodeRequestOf, type PlatformRequest } from './platform.js';

/** The path of a request as it was sent: parsers of the platforms differ, so they are not asked. */
export function pathOf(request: PlatformRequest): string {
  return targetOf(request).split('?', 1)[0] ?? '';
}

/** The query of a request as the URL standard reads it, alike on every platform. */
export function queryOf(request: PlatformRequest): URLSearchParams {
  const target = targetOf(request);
  const at = target.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : target.slice(at + 1));
}

function targetOf(request: PlatformRequest): string {
  const node = nodeRequestOf(request);
  // Middleware layers of both platforms rewrite `url` for those below them, and keep what was sent here.
  return 'originalUrl' in node && typeof node.originalUrl === 'string' ? node.originalUrl : (node.url ?? '/');
}
