import Bowser from 'bowser';

/** Longer than any browser's; what is read of it grows with its length. */
const MAX_LENGTH = 1_000;
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(Bowser.BROWSER_MAP),
  ...Object.values(Bowser.OS_MAP),
]);

/**
 * What a person would call the device of a `User-Agent` field, such as "Firefox on Windows"; `null` where it says nothing of the kind. The
 * field itself is not kept.
 *
 * @param maxLength - Of the name, in characters.
 */
export function deviceOf(userAgent: string | undefined, maxLength: number): string | null {
  const names = namesIn(userAgent);
  return names.length === 0 ? null : names.join(' on ').slice(0, maxLength);
}

/** The same in names that are known alone: the field is the client's own words, and must not put a sentence on a page for somebody else. */
export function knownDeviceOf(userAgent: string): string | null {
  const names = namesIn(userAgent).filter((name) => KNOWN_NAMES.has(name));
  return names.length === 0 ? null : names.join(' on ');
}

function namesIn(userAgent: string | undefined): string[] {
  if (userAgent === undefined || userAgent === '' || userAgent.length > MAX_LENGTH) return [];
  const { browser, os } = Bowser.parse(userAgent);
  return [browser.name, os.name].filter((name): name is string => name !== undefined && name !== '');
}
