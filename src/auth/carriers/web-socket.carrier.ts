import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import type { HeaderCarrier, PlatformRequest } from '../../http/platform.js';
import type { PrincipalHolder } from '../principal-holder.js';
import { accessOf } from '../requirements.js';
import { handshakeFields } from './authorization-fields.js';
import { memberOf } from './member-of.js';

const reflector = new Reflector();

/** What a gateway's client was connected by; a client of the `ws` package does not know it. */
const handshakes = new WeakMap<object, PlatformRequest>();

/**
 * Keeps the request that a native WebSocket was opened by, where the guard finds its `Authorization` field. Gateways on `WsAdapter` call it
 * in `handleConnection`; socket.io keeps its handshake by itself.
 *
 * @example
 * ```ts
 * handleConnection(client: WebSocket, request: IncomingMessage) {
 *   keepHandshake(client, request);
 * }
 * ```
 */
export function keepHandshake(client: object, request: PlatformRequest): void {
  handshakes.set(client, request);
}

/**
 * The handshake's `Authorization` field, socket.io's `auth.token`, which is what browsers can send, or the session cookie of a handshake from
 * a page of the site; never the URL.
 */
export function webSocketCarrier(client: object): HeaderCarrier {
  const request = handshakes.get(client) ?? memberOf(client, 'request');
  if (request === undefined)
    throw new Error(
      'the handshake of this WebSocket is not known: call keepHandshake(client, request) in handleConnection',
    );
  const token = memberOf(memberOf(memberOf(client, 'handshake'), 'auth'), 'token');
  return handshakeFields(request as PlatformRequest, [typeof token === 'string' ? `Bearer ${token}` : token]);
}

/** The client, which outlives a message: on a public handler, who it was in an earlier one does not count. */
export function webSocketHolder(context: ExecutionContext): PrincipalHolder {
  return accessOf(context, reflector) === 'public' ? {} : context.getArgByIndex(0);
}
