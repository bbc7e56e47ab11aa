import { Injectable } from '@nestjs/common';
import { generateRegistrationOptions, type PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';

import type { IssuerClient } from '../clients/issuer-client.js';
import type { Proof } from '../grants/proof.js';
import { parseRegistration } from './authenticator-answer.js';
import { Ceremonies, CEREMONY_TTL_MS } from './ceremonies.js';
import type { PageOrigin } from './page-origin.js';
import { Passkeys } from './passkeys.js';
import { ALGORITHMS, verifyRegistration } from './relying-party.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { WebAuthnError } from './webauthn.error.js';

/**
 * Registers passkeys.
 *
 * @see {@link https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential | WebAuthn, Registering a New Credential}
 */
@Injectable()
export class PasskeyRegistration {
  constructor(
    private readonly ceremonies: Ceremonies,
    private readonly passkeys: Passkeys,
  ) {}

  /** @param signIn - Of the person who is to own the passkey. */
  async begin(
    signIn: Proof,
    { apiKeyId, name }: IssuerClient,
    { origin, rpId }: PageOrigin,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { user, authenticationMethod, authenticatedAt } = signIn;
    const challenge = await this.ceremonies.open({
      kind: 'REGISTRATION',
      apiKeyId,
      userId: user.id,
      origin,
      authenticationMethod,
      authenticatedAt,
    });
    const registered = await this.passkeys.list(user, rpId);
    return generateRegistrationOptions({
      rpName: name ?? rpId,
      rpID: rpId,
      userID: userHandleOf(user),
      userName: user.identifier,
      userDisplayName: user.identifier,
      challenge: Buffer.from(challenge, 'base64url'),
      timeout: CEREMONY_TTL_MS,
      attestationType: 'none',
      excludeCredentials: registered.map(({ credentialId: id }) => ({ id })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
  }

  /**
   * Keeps a new passkey.
   *
   * @param user - `null` where the identifier belongs to nobody.
   * @returns the sign-in that the registration began with: to make a passkey proves nothing about its owner.
   * @throws {@link WebAuthnError}
   */
  async finish(user: IssuerUser | null, apiKeyId: string, page: PageOrigin, body: unknown): Promise<Proof> {
    const answer = parseRegistration(body);
    if (user === null) throw new WebAuthnError('webauthn_ceremony_over');
    const binding = { kind: 'REGISTRATION', apiKeyId, userId: user.id, origin: page.origin } as const;
    const ceremony = await this.ceremonies.spend(answer.challenge, binding);
    await this.passkeys.add(user, await verifyRegistration(answer, page));
    const { authenticationMethod, authenticatedAt, createdAt } = ceremony;
    return { user, authenticationMethod: authenticationMethod ?? '', authenticatedAt: authenticatedAt ?? createdAt };
  }
}

/** What an authenticator knows a person by: nothing that says who they are. */
export function userHandleOf({ id }: IssuerUser): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(id, 'utf8'));
}
