import type { ValueTransformer } from 'typeorm';

/**
 * Between a `bigint` column of milliseconds since 1970 and a `Date`: exact, free of time zones, and the same on every database.
 * For columns of an application's own as well.
 *
 * @example
 * ```ts
 * @Column({ type: 'bigint', transformer: epochMillis })
 * acceptedTermsAt!: Date;
 * ```
 */
export const epochMillis: ValueTransformer = {
  to: (value: Date | null | undefined): number | null | undefined => (value instanceof Date ? value.getTime() : value),
  // Drivers give a bigint as a number, a string or a BigInt.
  from: (value: number | string | bigint | null | undefined): Date | null | undefined =>
    value === null || value === undefined ? value : new Date(Number(value)),
};
