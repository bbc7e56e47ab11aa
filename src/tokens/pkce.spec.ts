import { codeChallengeOf, createCodeVerifier, createState } from './pkce.js';

describe('PKCE', () => {
  it('makes the challenge of RFC 7636, appendix B', () => {
    expect(codeChallengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it.each([
    // The values were computed with `printf %s VERIFIER | openssl dgst -sha256 -binary | basenc --base64url`.
    [
      'the 56 hexadecimal characters of the web',
      '5ce87194dd41be1cd63a09b6e0baa2c948df40f89bd7363772bf8e88',
      '7gG0HYbp_9vsqH1JrsmGa2a-PBige1CG3cGpi9K0-4g',
    ],
    [
      'the padded base64 of React Native',
      'x7cWbd5gY2HYbmJ+4w/Ct6mOqdzO3O5rGrWx0e2HnQQ=',
      '5CfA2sm0EtkXVQa-t4mX-UGiKCUVNUNETvOoaXOmkig',
    ],
  ])('hashes %s as it stands', (_, verifier, challenge) => {
    expect(codeChallengeOf(verifier)).toBe(challenge);
  });

  it('makes verifiers and states of 43 characters of base64url, never the same twice', () => {
    const made = new Set(
      Array.from({ length: 1000 }, (_, index) => (index % 2 ? createCodeVerifier() : createState())),
    );
    expect(made.size).toBe(1000);
    for (const value of made) expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
