import { Injectable } from '@nestjs/common';

import type { Exchanged } from '../../http/response-cookies.js';
import type { Proof } from '../grants/proof.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import { Sessions } from '../tokens/sessions.js';
import { EnrolledMethods } from '../users/enrolled-methods.js';
import { userAnswer } from '../users/user-answer.js';
import { identifierAnswer, type IdentityAnswer } from './identity-answer.js';
import { identityToken } from './identity-token.js';

/** Tells an application who has proved an identity, by whichever method. */
@Injectable()
export class IdentityAnswers {
  constructor(
    private readonly sessions: Sessions,
    private readonly methods: EnrolledMethods,
    private readonly keys: IssuerKeys,
  ) {}

  /** @param deviceName - What the browser calls itself. */
  async describe({ user, authenticatedAt }: Proof, deviceName: string): Promise<IdentityAnswer> {
    return {
      identifier: identifierAnswer(user, deviceName, authenticatedAt),
      token: identityToken(user, authenticatedAt, this.keys),
      user: userAnswer(user, await this.methods.of(user)),
    };
  }

  /** The same together with the tokens of a new session. */
  async signIn(proof: Proof, deviceName: string, exchanged: Exchanged): Promise<IdentityAnswer> {
    return { ...(await this.describe(proof, deviceName)), oauth_token: await this.sessions.begin(proof, exchanged) };
  }
}
