/** Plans are kept this long at the least, and for so many statements: to forget them is a message of its own. */
const KEPT_MS = 5_000;
const KEPT_STATEMENTS = 20;

/** Since when a connection has its plans, and for how many statements they served. */
interface Plans {
  readonly sinceMs: number;
  served: number;
}

/** How old the plans are that connections keep for their prepared statements. */
export class PlanAges {
  readonly #plans = new WeakMap<object, Plans>();

  /**
   * Counts a statement that a connection is about to serve.
   *
   * @returns whether its plans are to be made anew for that. A connection that is new has none.
   */
  countStatement(connection: object): boolean {
    const nowMs = performance.now();
    const plans = this.#plans.get(connection);
    if (plans !== undefined && (plans.served++ < KEPT_STATEMENTS || nowMs - plans.sinceMs < KEPT_MS)) return false;
    this.#plans.set(connection, { sinceMs: nowMs, served: 1 });
    return plans !== undefined;
  }
}
