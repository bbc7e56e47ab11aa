/**
 * The root of every error that this package throws on purpose.
 *
 * It carries what a caller may see (`code`, `detail`), what only a log may see (`cause`, `evidence`), and nothing about HTTP:
 * the status of an error is decided in one place, `http/problem-details.ts`.
 */
export abstract class CotterError extends Error {
  /** Stable and public: programs may branch on it. Listed in `docs/errors.md`. */
  abstract readonly code: string;

  /** One sentence that is safe to show: never a token, a code or a value from the request. */
  readonly detail: string;

  constructor(detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = new.target.name;
    this.detail = detail;
  }
}
