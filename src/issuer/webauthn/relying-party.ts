import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { COSEALG, decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers';

import type { AuthenticatorAnswer } from './authenticator-answer.js';
import type { NewPasskey } from './passkeys.js';
import type { PageOrigin } from './page-origin.js';
import type { WebAuthnCredential } from './webauthn-credential.entity.js';
import { WebAuthnError } from './webauthn.error.js';

/** What every authenticator has one of; the first is preferred. */
export const ALGORITHMS = [COSEALG.ES256, COSEALG.RS256, COSEALG.EdDSA];

/**
 * Verifies a new passkey.
 *
 * @throws {@link WebAuthnError} (`webauthn_refused`)
 */
export async function verifyRegistration(
  { response, challenge }: AuthenticatorAnswer<RegistrationResponseJSON>,
  { origin, rpId }: PageOrigin,
): Promise<NewPasskey> {
  const { verified, registrationInfo } = await refusing(() => {
    requirePlainAttestation(response.response.attestationObject);
    return verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
  });
  if (!verified || registrationInfo.credential.id !== response.id) throw new WebAuthnError('webauthn_refused');
  const { id: credentialId, publicKey, counter: signCount } = registrationInfo.credential;
  return { rpId, credentialId, publicKey: isoBase64URL.fromBuffer(publicKey), signCount };
}

/**
 * Verifies that a passkey has signed the challenge, its person being verified by the authenticator.
 *
 * @returns how often it says to have signed.
 * @throws {@link WebAuthnError} (`webauthn_refused`)
 */
export async function verifyLogin(
  { response, challenge }: AuthenticatorAnswer<AuthenticationResponseJSON>,
  { origin, rpId }: PageOrigin,
  { credentialId, publicKey }: WebAuthnCredential,
): Promise<number> {
  const { verified, authenticationInfo } = await refusing(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      // The count is compared where it is kept, by one statement, and only once the signature is known to be right.
      credential: { id: credentialId, publicKey: isoBase64URL.toBuffer(publicKey), counter: 0 },
    }),
  );
  if (!verified) throw new WebAuthnError('webauthn_refused');
  return authenticationInfo.newCounter;
}

/** Certificates were not asked for. To verify one means to fetch the lists that it names, from wherever it says. */
function requirePlainAttestation(attestationObject: string): void {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format = attestation.get('fmt');
  const isPlain = format === 'none' || (format === 'packed' && attestation.get('attStmt').get('x5c') === undefined);
  if (!isPlain) throw new WebAuthnError('webauthn_refused');
}

/** Whatever makes the library stumble came from outside, and nothing but it: no database, no network is asked. */
async function refusing<Result>(verify: () => Promise<Result>): Promise<Result> {
  try {
    return await verify();
  } catch (error) {
    throw new WebAuthnError('webauthn_refused', { cause: error });
  }
}
