import Bowser from 'bowser';

import { DEVICE_LENGTH } from './session.js';

/** Longer than any browser's; what is read of it grows with its length. */
const MAX_LENGTH = 1_000;

/**
 * What a person would call the device of a `User-Agent` field, such as "Firefox on Windows"; `null` where it says nothing of the kind. The
 * field itself is not kept.
 */
export function deviceOf(userAgent: string | undefined): string | null {
  if (userAgent === undefined || userAgent === '' || userAgent.length > MAX_LENGTH) return null;
  const { browser, os } = Bowser.parse(userAgent);
  const names = [browser.name, os.name].filter((name) => name !== undefined && name !== '');
  return names.length === 0 ? null : names.join(' on ').slice(0, DEVICE_LENGTH);
}
