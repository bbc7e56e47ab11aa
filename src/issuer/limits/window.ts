import {
  MoreThan,
  type FindOptionsOrder,
  type FindOptionsSelect,
  type FindOptionsWhere,
  type Repository,
} from 'typeorm';

/** How often something may happen within a time. */
export interface Limit {
  readonly max: number;
  readonly windowMs: number;
}

export const FIVE_MINUTES_MS = 5 * 60_000;

/** What is counted: a row for each time that it happened. */
interface Counted {
  readonly id: number | string;
  readonly createdAt: number;
}

/**
 * Counts rows, so that a limit holds over all processes on one database. To be asked after the row of the new one is in: whichever of
 * several racing ones comes last sees all others, so never more than allowed pass.
 *
 * @returns seconds until there may be another one; 0 where this one may be.
 */
export async function findWaitSeconds<Row extends Counted>(
  rows: Repository<Row>,
  where: FindOptionsWhere<Row>,
  { max, windowMs }: Limit,
  nowMs: number,
): Promise<number> {
  const recent = await rows.find({
    select: { id: true, createdAt: true } as FindOptionsSelect<Row>,
    where: { ...where, createdAt: MoreThan(nowMs - windowMs) },
    order: { createdAt: 'DESC', id: 'DESC' } as FindOptionsOrder<Row>,
    take: max + 1,
  });
  if (recent.length <= max) return 0;
  const oldest = recent.at(-1)?.createdAt ?? nowMs;
  return Math.max(1, Math.ceil((oldest + windowMs - nowMs) / 1000));
}
