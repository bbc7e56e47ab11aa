import { verify } from 'node:crypto';

import { Constants, CotterValidateJWT } from 'cotter-node';
import { CotterAccessToken, CotterIDToken } from 'cotter-token-js';

import { IssuerKeys } from '../../src/issuer/index.js';
import { API_KEY_ID, IssuerUnderTest, type Identity, type Tokens } from './issuer-under-test.js';

describe('the packages that Cotter published', () => {
  let issuer: IssuerUnderTest;
  let identity: Identity & { oauth_token: Tokens };
  let refreshed: Tokens;

  beforeAll(async () => {
    // cotter-node asks the system what time it is.
    issuer = await IssuerUnderTest.start({ clock: Date.now });
    identity = await issuer.signIn('ann@example.com');
    refreshed = (await (await issuer.refresh(identity.oauth_token.refresh_token)).json()) as Tokens;
    const { keys } = (await (await issuer.fetch('/api/v0/token/jwks')).json()) as { keys: [{ kid: string }] };
    Constants.BaseURL = `${issuer.url}/api/v0`;
    Constants.JWTKID = keys[0].kid;
    // It logs on each call.
    jest.spyOn(console, 'log').mockReturnValue(undefined);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await issuer.close();
  });

  it('cotter-node accepts the tokens, and refuses one that was changed', async () => {
    const { access_token: access, id_token: id } = identity.oauth_token;
    expect(await CotterValidateJWT(access)).toBe(true);
    expect(await CotterValidateJWT(id)).toBe(true);
    const [header, , signature] = access.split('.');
    const [, otherPayload] = id.split('.');
    expect(await CotterValidateJWT([header, otherPayload, signature].join('.'))).toBe(false);
  });

  it('cotter-node accepts a refreshed token', async () => {
    expect(await CotterValidateJWT(refreshed.access_token)).toBe(true);
  });

  it('cotter-token-js reads the access token', () => {
    const token = new CotterAccessToken(identity.oauth_token.access_token);
    expect({
      id: token.getID(),
      identifier: token.getIdentifier(),
      method: token.getAuthMethod(),
      scope: token.getScope(),
      clientUserId: token.getClientUserID(),
      audience: token.getAudience(),
    }).toEqual({
      id: identity.user['ID'],
      identifier: 'ann@example.com',
      method: 'OTP',
      scope: 'access',
      clientUserId: identity.user['ID'],
      audience: API_KEY_ID,
    });
    expect(token.getExpiration() - token.getIssuedAt()).toBe(3600);
  });

  it('cotter-token-js reads the ID token', () => {
    const token = new CotterIDToken(identity.oauth_token.id_token);
    expect(token.getID()).toBe(identity.user['ID']);
    expect(token.getIdentifier()).toBe('ann@example.com');
    expect(Math.abs(Number(token.getAuthTime()) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('the identity token verifies in the documented message format', () => {
    const { identifier, identifier_type, receiver, expire_at, signature } = identity.token;
    const message = Buffer.from(`${identifier}${identifier_type}${receiver}${expire_at}`);
    const { identityPublicKey } = issuer.running.app.get(IssuerKeys);
    expect(identityPublicKey.asymmetricKeyType).toBe('ed25519');
    expect(verify(null, message, identityPublicKey, Buffer.from(signature ?? '', 'base64'))).toBe(true);
    expect(
      verify(null, Buffer.from(`${String(message)}x`), identityPublicKey, Buffer.from(signature ?? '', 'base64')),
    ).toBe(false);
  });
});
