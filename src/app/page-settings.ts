/** What the page has to know before it can sign anybody in. Nothing of it is a secret. Also the token that it is injected by. */
export abstract class PageSettings {
  /** Where a sign-in begins: on the host that the session's cookie is for, whatever name the page was opened by. */
  abstract readonly signInUrl: string;
  /** Where it ends: the path of the page there. */
  abstract readonly returnTo: string;
  /** Where the codes of the local issuer can be read; `null` with any other issuer. */
  abstract readonly outboxUrl: string | null;
}
