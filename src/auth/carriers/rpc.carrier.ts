import type { HeaderCarrier } from '../../http/platform.js';
import type { PrincipalHolder } from '../principal-holder.js';
import { authorizationFields, authorizationValues } from './authorization-fields.js';
import { answerOf, memberOf } from './member-of.js';

/**
 * `authorization` among the headers of a message, spelled `Bearer <token>` as in HTTP. TCP and Redis have no headers that a sender could set
 * for each message: there it is the member `authorization` of the payload, or of the packet's metadata.
 *
 * @param data - The payload.
 * @param context - Nest's context of the message.
 */
export function rpcCarrier(data: unknown, context: unknown): HeaderCarrier {
  return authorizationFields(
    headerValues(context) ?? [
      ...authorizationValues(answerOf(context, 'getMetadata')),
      ...(typeof data === 'object' && data !== null && Object.hasOwn(data, 'authorization')
        ? [memberOf(data, 'authorization')]
        : []),
    ],
  );
}

/** The context of the message, which no other message has. */
export function rpcHolder(context: unknown): PrincipalHolder {
  if (typeof context === 'object' && context !== null) return context;
  throw new Error('this transport gives no context of its messages, which is where the principal is kept');
}

/** `null` where the transport has no headers. */
function headerValues(context: unknown): unknown[] | null {
  if (isGrpcMetadata(context)) return authorizationValues({ authorization: answerOf(context, 'get', 'authorization') });
  // Kafka has headers on its message, RabbitMQ among the properties of it; MQTT 5 has user properties, NATS has headers.
  const message = answerOf(context, 'getMessage');
  if (message !== undefined)
    return authorizationValues(memberOf(message, 'headers') ?? memberOf(memberOf(message, 'properties'), 'headers'));
  if (typeof memberOf(context, 'getPacket') === 'function')
    return authorizationValues(memberOf(memberOf(answerOf(context, 'getPacket'), 'properties'), 'userProperties'));
  if (typeof memberOf(context, 'getHeaders') === 'function')
    return authorizationValues(answerOf(context, 'getHeaders'));
  return null;
}

function isGrpcMetadata(context: unknown): boolean {
  return typeof memberOf(context, 'getMap') === 'function' && typeof memberOf(context, 'get') === 'function';
}
