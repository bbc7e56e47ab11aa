import type { RedirectUrl } from '../../identifiers/redirect-url.js';

/** An application that may send its people here, with its lists in checked form. */
export interface IssuerClient {
  readonly apiKeyId: string;
  /** `null` where it has no name to show. */
  readonly name: string | null;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly allowedRedirects: readonly RedirectUrl[];
  /** SHA-256 in hexadecimal; `null` where the application has no secret key. */
  readonly apiSecretKeyHash: string | null;
  /** Whether the public key is enough to look people up by identifier. */
  readonly publicUserLookup: boolean;
  /** Whether the public key is enough to enrol a person's first device, and to remove one. */
  readonly publicEnrolment: boolean;
}
