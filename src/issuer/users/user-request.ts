import { InvalidIdentifierError } from '../../errors/identifier.errors.js';
import { parseIdentifier, type Identifier } from '../../identifiers/identifier.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { member, textMember } from '../http/body-members.js';
import { MAX_CLIENT_USER_ID_LENGTH } from './issuer-user.entity.js';

/** The body of `/user/create`. */
export interface NewUserRequest {
  readonly identifier: Identifier;
  /** From the older body only. */
  readonly clientUserId: string | null;
}

const MAX_PAGE = 10_000;
const VISIBLE = /^[^\p{C}\p{Z}]+$/u;

/**
 * Reads `{ identifier }`, or the older `{ client_user_id, identifiers }`. The older SDKs give no identifier at all where the application
 * has told them none; the person is then known by the application's own id.
 *
 * @throws {@link ApiRefusedError} naming the member.
 */
export function parseNewUserRequest(body: unknown): NewUserRequest {
  const clientUserId = textMember(body, 'client_user_id');
  if (clientUserId === null) return { identifier: getIdentifier(textMember(body, 'identifier')), clientUserId };
  if (clientUserId.length > MAX_CLIENT_USER_ID_LENGTH || !VISIBLE.test(clientUserId)) {
    throw new ApiRefusedError('client_user_id must be 1 to 128 visible characters');
  }
  const identifiers: unknown = member(body, 'identifiers') ?? [];
  if (!Array.isArray(identifiers) || identifiers.length > 1) {
    throw new ApiRefusedError('identifiers must be a list of one identifier at most');
  }
  const [identifier = clientUserId] = identifiers as [unknown?];
  return { identifier: getIdentifier(identifier), clientUserId };
}

/**
 * An identifier in its normal form.
 *
 * @throws {@link ApiRefusedError} where it is none.
 */
export function getIdentifier(text: unknown): Identifier {
  try {
    if (typeof text === 'string') return parseIdentifier(text.trim());
  } catch (error) {
    if (!(error instanceof InvalidIdentifierError)) throw error;
  }
  throw new ApiRefusedError('identifier must be an e-mail address, a phone number or a user name');
}

/**
 * The page of a list, from 0.
 *
 * @throws {@link ApiRefusedError} where it is no number, or one that no list reaches: databases count through all pages before it.
 */
export function getPage(text: string | null): number {
  const page = text === null ? 0 : /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (page > MAX_PAGE) throw new ApiRefusedError(`page must be a whole number from 0 to ${String(MAX_PAGE)}`);
  return page;
}
