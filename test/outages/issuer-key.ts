import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A signing key, and what an issuer publishes of it. */
export interface IssuerKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  readonly published: Readonly<Record<string, unknown>>;
  /** What it must never publish. */
  readonly secret: Readonly<Record<string, unknown>>;
  /** A good access token of this issuer, signed with this key. */
  token(issuer: string, audience: string, expiresInSeconds?: number): string;
}

export function createIssuerKey(kid: string): IssuerKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    kid,
    publicKey,
    published: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' },
    secret: { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' },
    token(issuer, audience, expiresInSeconds = 3600) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const claims = {
        type: 'client_access_token',
        scope: 'access',
        identifier: 'user@example.com',
        aud: audience,
        exp: nowSeconds + expiresInSeconds,
        iat: nowSeconds,
        iss: issuer,
        jti: kid,
        sub: `subject of ${issuer}`,
      };
      const input = `${encode({ alg: 'ES256', kid, typ: 'JWT' })}.${encode(claims)}`;
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${input}.${signature.toString('base64url')}`;
    },
  };
}
