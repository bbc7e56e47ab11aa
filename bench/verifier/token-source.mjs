import { createPublicKey } from 'node:crypto';

import { CotterTestIssuer } from 'nestjs-cotter/testing';

/** An issuer in this process, and what those who verify its tokens need to know. */
export async function createTokenSource() {
  const issuer = await CotterTestIssuer.start();
  const jwksUri = `${issuer.url}/api/v0/token/jwks`;
  const jwks = await (await fetch(jwksUri)).json();
  const [jwk] = jwks.keys;
  return {
    issuer: issuer.url,
    audience: issuer.apiKeyId,
    jwksUri,
    jwks,
    key: createPublicKey({ key: jwk, format: 'jwk' }),
    /** As bytes: whoever verifies one makes a new string of it, as a server does with each request. */
    mint: (count) => Array.from({ length: count }, () => Buffer.from(issuer.token(), 'latin1')),
  };
}
