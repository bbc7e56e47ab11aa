import type { RedirectUrl } from '../../identifiers/redirect-url.js';

/** An application that may send its people here, with its lists in checked form. */
export interface IssuerClient {
  readonly apiKeyId: string;
  /** `null` where it has no name to show. */
  readonly name: string | null;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly allowedRedirects: readonly RedirectUrl[];
}
