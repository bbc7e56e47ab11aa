import { TokenVerifier } from '../../src/tokens/token-verifier.js';
import { JwksKeyProvider } from '../../src/tokens/jwks-key-provider.js';

/**
 * A process that verifies one token and has nothing more to do. Nobody ends it: if anything of the package holds it back, it stays.
 *
 * Arguments: the URL of the key set, issuer, audience, token.
 */
const [jwksUri = '', issuer = '', audience = '', token = ''] = process.argv.slice(2);
const keys = new JwksKeyProvider({ jwksUri, maxAgeSeconds: 600, maxStaleSeconds: 86_400, cooldownSeconds: 5 });
const verifier = new TokenVerifier({ trustedIssuers: [{ issuer, audience, keys }], clockToleranceSeconds: 5 });

verifier.verifyAccessToken(token).then(
  ({ subject }) => process.stdout.write(`verified ${subject}\n`),
  (error: unknown) => process.stdout.write(`refused ${String(error)}\n`),
);
