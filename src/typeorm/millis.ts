import type { ValueTransformer } from 'typeorm';

/** For a `bigint` column of milliseconds that is compared and never shown, so that no `Date` is made of it. */
export const millis: ValueTransformer = {
  to: (value: unknown): unknown => value,
  // Drivers give a bigint as a number, a string or a BigInt.
  from: (value: number | string | bigint | null | undefined): number | null | undefined =>
    value === null || value === undefined ? value : Number(value),
};
