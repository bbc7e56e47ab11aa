import { Injectable, Logger } from '@nestjs/common';
import { generateAuthenticationOptions, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';

import type { Proof } from '../grants/proof.js';
import { IssuerSettings } from '../issuer-settings.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { parseLogin } from './authenticator-answer.js';
import { Ceremonies, CEREMONY_TTL_MS } from './ceremonies.js';
import { DecoyCredentials } from './decoy-credentials.js';
import type { PageOrigin } from './page-origin.js';
import { Passkeys, WEBAUTHN } from './passkeys.js';
import { userHandleOf } from './passkey-registration.js';
import { verifyLogin } from './relying-party.js';
import { WebAuthnError } from './webauthn.error.js';

/** Who wants to sign in; `user` is `null` where the identifier belongs to nobody. */
export interface LoginRequest {
  readonly apiKeyId: string;
  readonly identifier: string;
  readonly user: IssuerUser | null;
  readonly page: PageOrigin;
}

/**
 * Signs people in by their passkeys.
 *
 * @see {@link https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion | WebAuthn, Verifying an Authentication Assertion}
 */
@Injectable()
export class PasskeyLogin {
  readonly #logger = new Logger('CotterIssuer');

  constructor(
    private readonly ceremonies: Ceremonies,
    private readonly passkeys: Passkeys,
    private readonly decoys: DecoyCredentials,
    private readonly settings: IssuerSettings,
  ) {}

  async begin(request: LoginRequest): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { apiKeyId, identifier, user, page } = request;
    const { origin, rpId } = page;
    const userId = user?.id ?? null;
    const unproved = { authenticationMethod: null, authenticatedAt: null };
    const challenge = await this.ceremonies.open({ kind: 'LOGIN', apiKeyId, userId, origin, ...unproved });
    const passkeys = user === null ? [] : await this.passkeys.list(user, rpId);
    const ids = passkeys.map(({ credentialId }) => credentialId);
    if (ids.length === 0) ids.push(this.decoys.idFor(apiKeyId, rpId, identifier));
    return generateAuthenticationOptions({
      rpID: rpId,
      challenge: Buffer.from(challenge, 'base64url'),
      timeout: CEREMONY_TTL_MS,
      allowCredentials: ids.map((id) => ({ id })),
      userVerification: 'required',
    });
  }

  /** @throws {@link WebAuthnError} */
  async finish({ apiKeyId, user, page }: LoginRequest, body: unknown): Promise<Proof> {
    const answer = parseLogin(body);
    const { id, response } = answer.response;
    const binding = { kind: 'LOGIN', apiKeyId, userId: user?.id ?? null, origin: page.origin } as const;
    await this.ceremonies.spend(answer.challenge, binding);
    const passkey = user === null ? null : await this.passkeys.find(user, page.rpId, id);
    if (user === null || passkey === null) throw new WebAuthnError('webauthn_refused');
    const handle = Buffer.from(userHandleOf(user)).toString('base64url');
    if (response.userHandle !== '' && response.userHandle !== handle) throw new WebAuthnError('webauthn_refused');
    if (!(await this.passkeys.use(passkey, await verifyLogin(answer, page, passkey)))) {
      this.#logger.warn(
        `Passkey ${String(passkey.id)} of user ${user.id} signed with a count that does not go up: ` +
          'there may be a copy of its authenticator. The sign-in is refused.',
      );
      throw new WebAuthnError('webauthn_refused');
    }
    return { user, authenticationMethod: WEBAUTHN, authenticatedAt: this.settings.clock() };
  }
}
