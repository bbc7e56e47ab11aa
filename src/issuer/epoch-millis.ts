import type { ValueTransformer } from 'typeorm';

/**
 * A `bigint` column of milliseconds since 1970, as a number. Drivers give a bigint as a number, a string or a BigInt; milliseconds stay
 * exact in a number for another 285,000 years.
 */
export const epochMillis: ValueTransformer = {
  to: (value: unknown): unknown => value,
  from: (value: number | string | bigint | null): number | null => (value === null ? null : Number(value)),
};
