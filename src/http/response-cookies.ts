import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { HeaderCarrier } from './platform.js';

/** Where the answer to a request gets its cookies. */
export interface ResponseCookies {
  /** @param cookie - A whole `Set-Cookie` field. The answer carries a credential from then on, so nobody may keep it. */
  add(cookie: string): void;
}

/** A request and its answer; `null` for what has none. */
export interface Exchanged {
  readonly carrier: HeaderCarrier;
  readonly answer: ResponseCookies | null;
}

/** Injects what a handler reads credentials from, and what it sets cookies on. */
export const HttpExchange: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Exchanged => ({
    carrier: context.switchToHttp().getRequest<HeaderCarrier>(),
    answer: responseCookiesOf(context),
  }),
);

/** `null` where a transport's answer has no cookies: a WebSocket message, an RPC call. */
export function responseCookiesOf(context: ExecutionContext): ResponseCookies | null {
  switch (context.getType<string>()) {
    case 'http':
      return cookiesOf(context.getArgByIndex(1));
    case 'graphql': {
      // Root, arguments, context, info: Mercurius has a reply there, and Express's request knows its response.
      const found = context.getArgByIndex<{ reply?: unknown; res?: unknown; req?: { res?: unknown } } | undefined>(2);
      return cookiesOf(found?.reply ?? found?.res ?? found?.req?.res);
    }
    default:
      return null;
  }
}

/** The answer to a request that Express has made known on it; Fastify does not. */
export function expressCookiesOf(carrier: HeaderCarrier): ResponseCookies | null {
  return cookiesOf((carrier as { readonly res?: unknown }).res);
}

interface ExpressResponse {
  append(name: string, value: string): unknown;
  setHeader(name: string, value: string): unknown;
}

interface FastifyReply {
  /** Adds to what there is, of `Set-Cookie` alone. */
  header(name: string, value: string): unknown;
}

function cookiesOf(response: unknown): ResponseCookies | null {
  if (isExpress(response)) {
    return {
      add: (cookie) => {
        response.append('Set-Cookie', cookie);
        response.setHeader('Cache-Control', 'no-store');
      },
    };
  }
  if (!isFastify(response)) return null;
  return {
    add: (cookie) => {
      response.header('Set-Cookie', cookie);
      response.header('Cache-Control', 'no-store');
    },
  };
}

function isExpress(response: unknown): response is ExpressResponse {
  return typeof response === 'object' && response !== null && 'append' in response && 'setHeader' in response;
}

function isFastify(response: unknown): response is FastifyReply {
  return typeof response === 'object' && response !== null && 'header' in response;
}
