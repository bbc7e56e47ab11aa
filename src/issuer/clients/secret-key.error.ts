import { CotterError } from '../../errors/cotter.error.js';

const DETAILS = {
  secret_key_missing: 'The header API_SECRET_KEY is missing',
  secret_key_wrong: 'API_SECRET_KEY is not valid',
  secret_key_unset: 'This application has no API_SECRET_KEY here, so it may not do this',
};

/**
 * What the application's own server alone may do was asked for without proof that it is that server. On the wire: 401, or 403 where
 * no proof would help.
 */
export class SecretKeyError extends CotterError {
  constructor(readonly code: keyof typeof DETAILS) {
    super(DETAILS[code]);
  }
}
