import { CotterConfigurationError } from '../errors/configuration.error.js';

/** A length of time: seconds as a number, or a number with its unit, as in `30s`, `5m` and `1h`. */
export type Duration = number | `${number}${'s' | 'm' | 'h'}`;

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * A duration in whole seconds, at least one.
 *
 * @param option - Whom an error names.
 * @throws {@link CotterConfigurationError} (`invalid_configuration`)
 */
export function parseDurationSeconds(duration: Duration, option: string): number {
  const [, count, unit] = typeof duration === 'string' ? (/^(\d+)([smh])$/.exec(duration) ?? []) : ['', duration, 's'];
  const seconds = Number(count) * (UNIT_SECONDS[unit ?? ''] ?? Number.NaN);
  if (Number.isSafeInteger(seconds) && seconds >= 1) return seconds;
  throw new CotterConfigurationError(option, 'must be a whole number of seconds from 1, or one like 30s, 5m or 1h');
}
