import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

const INTERNATIONAL = /^\+[\d ().-]+$/;

/**
 * The E.164 form of an international phone number: `+49 (151) 234-56789` is `+4915123456789`.
 *
 * "Possible" (a country's code and a length that occurs there) is enough: the issuer has proved the number by sending it a code, and
 * lists of valid ranges grow old.
 *
 * @returns `null` where the text is not such a number.
 */
export function parsePhone(text: string): string | null {
  if (!INTERNATIONAL.test(text)) return null;
  const phone = parsePhoneNumberFromString(text);
  return phone?.isPossible() === true && phone.ext === undefined ? phone.number : null;
}
