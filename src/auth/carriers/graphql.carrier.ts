import type { HeaderCarrier, PlatformRequest } from '../../http/platform.js';
import type { PrincipalHolder } from '../principal-holder.js';
import { authorizationValues, handshakeFields } from './authorization-fields.js';
import { memberOf } from './member-of.js';

/**
 * The HTTP request of a resolver; for a subscription over graphql-ws, the handshake's `Authorization` field or `authorization` among the
 * connection's parameters, which is what browsers can send.
 *
 * @param args - Of the resolver: root, arguments, context, info.
 */
export function graphQlCarrier(args: readonly unknown[]): HeaderCarrier {
  const request = findRequest(contextOf(args));
  if (request !== undefined) return request;
  const { handshake, parameters } = getConnection(contextOf(args));
  return handshakeFields(handshake, authorizationValues(parameters));
}

/** The request, where other code looks for `user` too; the context where many operations share one connection. */
export function graphQlHolder(args: readonly unknown[]): PrincipalHolder {
  const context = contextOf(args);
  return (findRequest(context) ?? context) as PrincipalHolder;
}

/** Resolvers of references (federation) have no arguments, so their context comes second. */
function contextOf(args: readonly unknown[]): unknown {
  return args.length === 3 ? args[1] : args[2];
}

/** Drivers and applications call it by different names; Mercurius has a reply that knows its request. */
function findRequest(context: unknown): PlatformRequest | undefined {
  return [memberOf(context, 'req'), memberOf(context, 'request'), memberOf(memberOf(context, 'reply'), 'request')].find(
    isRequest,
  );
}

/** A context of graphql-ws: what it is, or what Nest's driver puts into `req`. */
function getConnection(context: unknown): { readonly handshake: PlatformRequest; readonly parameters: unknown } {
  for (const connection of [context, memberOf(context, 'req')]) {
    const handshake = memberOf(memberOf(connection, 'extra'), 'request');
    if (isRequest(handshake)) return { handshake, parameters: memberOf(connection, 'connectionParams') };
  }
  throw new Error('the GraphQL context holds no request: give it as req, for example context: ({ req }) => ({ req })');
}

function isRequest(value: unknown): value is PlatformRequest {
  return Array.isArray(memberOf(value, 'rawHeaders')) || Array.isArray(memberOf(memberOf(value, 'raw'), 'rawHeaders'));
}
