import type { ExecutionContext } from '@nestjs/common';

import type { HeaderCarrier } from '../http/platform.js';
import { graphQlCarrier, graphQlHolder } from './carriers/graphql.carrier.js';
import { rpcCarrier, rpcHolder } from './carriers/rpc.carrier.js';
import { webSocketCarrier, webSocketHolder } from './carriers/web-socket.carrier.js';
import type { PrincipalHolder } from './principal-holder.js';

/**
 * What carries the credentials of a caller, whatever the transport; the header fields of an HTTP request, or fields that look like them.
 * Contexts are told apart by their type and by the shape of their arguments, so none of the transports has to be installed.
 */
export function credentialCarrierOf(context: ExecutionContext): HeaderCarrier {
  switch (context.getType<string>()) {
    case 'http':
      return context.getArgByIndex(0);
    case 'graphql':
      return graphQlCarrier(context.getArgs());
    case 'ws':
      return webSocketCarrier(context.getArgByIndex(0));
    case 'rpc':
      return rpcCarrier(context.getArgByIndex(0), context.getArgByIndex(1));
    default:
      throw unknownContext(context);
  }
}

/** What the principal of a caller is put on by the guard, and read from by `@CurrentUser()`. */
export function principalHolderOf(context: ExecutionContext): PrincipalHolder {
  switch (context.getType<string>()) {
    case 'http':
      return context.getArgByIndex(0);
    case 'graphql':
      return graphQlHolder(context.getArgs());
    case 'ws':
      return webSocketHolder(context);
    case 'rpc':
      return rpcHolder(context.getArgByIndex(1));
    default:
      throw unknownContext(context);
  }
}

function unknownContext(context: ExecutionContext): Error {
  return new Error(`credentials are not known to travel in a context of type "${context.getType<string>()}"`);
}
