import { CotterError } from './cotter.error.js';

/** What came back from the authorize page cannot be used: not for us, not whole, or not unambiguous. */
export class InvalidCallbackError extends CotterError {
  readonly code = 'invalid_callback';
}

/** The authorize page sent the person back without a code: they, or the issuer, said no. */
export class AuthorizationRefusedError extends CotterError {
  readonly code = 'authorization_refused';

  /** @param reason - What `error` said. For logs only: anyone can put anything into a link. */
  constructor(readonly reason: string) {
    super('The issuer did not sign this person in.');
  }
}
