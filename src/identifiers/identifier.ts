import { InvalidIdentifierError } from '../errors/identifier.errors.js';
import { isNormalEmail, parseEmail } from './email.js';
import { parsePhone } from './phone.js';
import { assertVisible } from './visible-text.js';

/** What kind of name an account has. The wire knows the first two; anything else that an issuer vouches for is a user name. */
export type IdentifierType = 'EMAIL' | 'PHONE' | 'USERNAME';

/** An identifier in its normal form: two spellings of one address have equal `value`s. */
export interface Identifier {
  readonly type: IdentifierType;
  /** At most {@link MAX_IDENTIFIER_LENGTH} characters. */
  readonly value: string;
}

/** RFC 5321: 64 characters of local part, `@`, 255 of domain. */
export const MAX_IDENTIFIER_LENGTH = 320;

/**
 * Classifies an identifier by its syntax and brings it into its normal form. The access token does not say of which type its
 * identifier is, so syntax has to; only what parses as a whole e-mail address or an E.164 number counts as one.
 *
 * @throws {@link InvalidIdentifierError} (`invalid_identifier`) where it is empty, too long, or holds characters that cannot be seen.
 */
export function parseIdentifier(text: string): Identifier {
  if (isNormalEmail(text)) return { type: 'EMAIL', value: text };
  assertVisible(text);
  const identifier = parseAs('EMAIL', text) ??
    parseAs('PHONE', text) ?? { type: 'USERNAME', value: text.normalize('NFC') };
  if (identifier.value.length > MAX_IDENTIFIER_LENGTH) {
    throw new InvalidIdentifierError(`The identifier is longer than ${String(MAX_IDENTIFIER_LENGTH)} characters.`);
  }
  return identifier;
}

/**
 * The same text under another spelling: for comparing what a body claims with what a token proves.
 *
 * @returns whether both have the same normal form; `false` where one has none.
 */
export function isSameIdentifier(a: string, b: string): boolean {
  try {
    return parseIdentifier(a).value === parseIdentifier(b).value;
  } catch {
    return false;
  }
}

function parseAs(type: 'EMAIL' | 'PHONE', text: string): Identifier | null {
  const value = type === 'EMAIL' ? parseEmail(text) : parsePhone(text);
  return value === null ? null : { type, value };
}
