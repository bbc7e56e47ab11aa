import { createRequire } from 'node:module';

import type Bowser from 'bowser';

/** Longer than any browser's; what is read of it grows with its length. */
const MAX_LENGTH = 1_000;

interface DeviceNames {
  readonly parse: typeof Bowser.parse;
  readonly known: ReadonlySet<string>;
}

/** Asked for with the first field: its browsers took a third of the time in which this package loads. */
let deviceNames: DeviceNames | undefined;

function loadDeviceNames(): DeviceNames {
  if (deviceNames !== undefined) return deviceNames;
  const { parse, BROWSER_MAP, OS_MAP } = createRequire(import.meta.url)('bowser') as typeof Bowser;
  return (deviceNames = { parse, known: new Set([...Object.values(BROWSER_MAP), ...Object.values(OS_MAP)]) });
}

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
  const { known } = loadDeviceNames();
  const names = namesIn(userAgent).filter((name) => known.has(name));
  return names.length === 0 ? null : names.join(' on ');
}

function namesIn(userAgent: string | undefined): string[] {
  if (userAgent === undefined || userAgent === '' || userAgent.length > MAX_LENGTH) return [];
  const { browser, os } = loadDeviceNames().parse(userAgent);
  return [browser.name, os.name].filter((name): name is string => name !== undefined && name !== '');
}
