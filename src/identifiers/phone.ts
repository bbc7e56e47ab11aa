import { createRequire } from 'node:module';

import type { parsePhoneNumberFromString } from 'libphonenumber-js/min';

interface PhoneNumbers {
  readonly parsePhoneNumberFromString: typeof parsePhoneNumberFromString;
}

/**
 * Asked for with the first number: the plans of all countries take a tenth of a second and ten megabytes, which an application whose people
 * have e-mail addresses need not spend at boot.
 */
let phoneNumbers: PhoneNumbers | undefined;

function loadPhoneNumbers(): PhoneNumbers {
  phoneNumbers ??= createRequire(import.meta.url)('libphonenumber-js/min') as PhoneNumbers;
  return phoneNumbers;
}

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
  const phone = loadPhoneNumbers().parsePhoneNumberFromString(text);
  return phone?.isPossible() === true && phone.ext === undefined ? phone.number : null;
}
