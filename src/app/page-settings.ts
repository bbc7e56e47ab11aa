/** What the page has to know before it can sign anybody in. Nothing of it is a secret. Also the token that it is injected by. */
export abstract class PageSettings {
  abstract readonly apiKeyId: string;
  abstract readonly apiUrl: string;
  abstract readonly jsUrl: string;
  abstract readonly publicUrl: string;
  /** Where the codes of the local issuer can be read; `null` with any other issuer. */
  abstract readonly outboxUrl: string | null;
}
