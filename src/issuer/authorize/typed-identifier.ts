import { InvalidIdentifierError } from '../../errors/identifier.errors.js';
import { parseIdentifier } from '../../identifiers/identifier.js';

/**
 * What a person typed, as an identifier of the kind that was asked for.
 *
 * @returns its normal form, or `null` where it is none.
 */
export function parseTypedIdentifier(text: string, type: 'EMAIL' | 'PHONE'): string | null {
  try {
    const identifier = parseIdentifier(text.trim());
    return identifier.type === type ? identifier.value : null;
  } catch (error) {
    if (error instanceof InvalidIdentifierError) return null;
    throw error;
  }
}
