import { CotterModule } from 'nestjs-cotter';

/** The module as its README shows it, with the issuer of the benchmark. */
export function cotterModule({ issuer, apiKeyId }, options = {}) {
  return CotterModule.forRoot({ apiKeyId, issuer, apiUrl: `${issuer}/api/v0`, jsUrl: issuer, ...options });
}
