import { CotterError } from '../../errors/cotter.error.js';

const DETAILS = {
  webauthn_origin:
    'Passkeys belong to pages: the origin must be registered, and the same in the header and in the body',
  webauthn_origin_unnamed: 'Browsers have no passkeys for IP addresses: open the page by a name, such as localhost',
  // Cotter's browser SDK looks for "session data from cookie", and then tells people about cookies of third parties.
  webauthn_not_signed_in: 'To register a passkey, sign in as its owner first: there is no session data from cookie',
  webauthn_ceremony_over: 'The challenge is unknown, used or expired: begin anew',
  webauthn_refused: 'The answer of the authenticator is not valid',
  // The same SDK looks for "credentials already registered".
  webauthn_registered: 'This is one of the credentials already registered',
} as const;

/** The HTTP status of each. */
const STATUSES: Readonly<Record<keyof typeof DETAILS, number>> = {
  webauthn_origin: 403,
  webauthn_origin_unnamed: 403,
  webauthn_not_signed_in: 401,
  webauthn_ceremony_over: 400,
  webauthn_refused: 400,
  webauthn_registered: 409,
};

/** A passkey cannot be registered or used. Says nothing that depends on whether anybody has one. */
export class WebAuthnError extends CotterError {
  readonly status: number;

  constructor(
    readonly code: keyof typeof DETAILS,
    options?: ErrorOptions,
  ) {
    super(DETAILS[code], options);
    this.status = STATUSES[code];
  }
}
