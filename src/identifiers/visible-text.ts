import { InvalidIdentifierError } from '../errors/identifier.errors.js';

/**
 * Control and format characters, separators, unassigned code points, the "default ignorable" ones and the blank Braille pattern: text with any of them can
 * look like another text, which is how one person's name is passed off as another's.
 */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Nearly every identifier, told at a tenth of the price. */
const PRINTABLE_ASCII = /^[!-~]+$/;

/**
 * @throws {@link InvalidIdentifierError} (`invalid_identifier`) where the text is empty or holds a character that cannot be seen.
 *   A space inside a phone number such as `+49 151 123` is fine.
 */
export function assertVisible(text: string): void {
  if (PRINTABLE_ASCII.test(text)) return;
  if (text.length === 0) throw new InvalidIdentifierError('The identifier is empty.');
  if (UNSEEN.test(text.replace(/(?<=\S) (?=\S)/g, ''))) {
    throw new InvalidIdentifierError('The identifier holds characters that cannot be seen.');
  }
}
