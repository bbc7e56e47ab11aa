import { InvalidIdentifierError } from '../errors/identifier.errors.js';
import { MAX_IDENTIFIER_LENGTH } from '../identifiers/identifier.js';
import { DEVICE_LENGTH } from '../session/session.js';
import type { IdentityPair } from '../users/account.js';
import { PAIR_PART_LENGTH } from './user-identity.entity.js';
import { AUTHENTICATION_METHOD_LENGTH } from './user.entity.js';

/** What not every database stores as it is: NUL, half of a surrogate pair, and an end that `PAD SPACE` collations overlook. */
const ALTERED = /[\0\p{Cs}]|\s$/u;

/** Whether a text comes back from a column of that many characters as it went in, on every database. */
function isStorable(text: string, length: number): boolean {
  return text.length <= length && !ALTERED.test(text);
}

/** Whether the tables can hold this pair: where not, nobody has it. */
export function isStorablePair(pair: IdentityPair): boolean {
  return isStorable(pair.issuer, PAIR_PART_LENGTH) && isStorable(pair.subject, PAIR_PART_LENGTH);
}

/** Whether the tables can hold this identifier: where not, nobody has it. */
export function isStorableIdentifier(identifier: string): boolean {
  return isStorable(identifier, MAX_IDENTIFIER_LENGTH);
}

/** @throws {@link InvalidIdentifierError} (`invalid_identifier`), before a database could cut the value off. */
export function assertStorablePair(pair: IdentityPair): void {
  if (!isStorablePair(pair)) {
    throw new InvalidIdentifierError(
      `The issuer and the subject must have at most ${String(PAIR_PART_LENGTH)} characters each, and no white space at the end.`,
    );
  }
}

/** @throws {@link InvalidIdentifierError} (`invalid_identifier`), before a database could cut the value off. */
export function assertStorableIdentifier(identifier: string): void {
  if (!isStorableIdentifier(identifier)) {
    throw new InvalidIdentifierError(
      `The identifier must have at most ${String(MAX_IDENTIFIER_LENGTH)} characters, and no white space at the end.`,
    );
  }
}

/** The method is a remark, not worth a failed login: one that the column cannot hold is left out. */
export function toStorableMethod(method: string | null): string | null {
  return method !== null && isStorable(method, AUTHENTICATION_METHOD_LENGTH) ? method : null;
}

/** A remark as well. */
export function toStorableDevice(device: string | null): string | null {
  return device !== null && isStorable(device, DEVICE_LENGTH) ? device : null;
}
