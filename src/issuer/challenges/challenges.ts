import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan, type Repository } from 'typeorm';

import { CodeSender } from '../delivery/code-sender.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { createCode, createSecret, hashCode, hashSecret, isSameHash } from '../secrets.js';
import { Challenge } from './challenge.entity.js';
import { CodeNotSentError, TooManyCodesError } from './challenge.errors.js';
import { SendLimit } from './send-limit.js';

/** Tries at one code. */
export const MAX_ATTEMPTS = 5;
/** How long a code can be typed in. */
export const CODE_TTL_MS = 5 * 60_000;
/** How long an authorization code can be exchanged. */
export const AUTHORIZATION_CODE_TTL_MS = 5 * 60_000;

/** What a challenge is made of: the authorize request, and the identifier that somebody typed. */
export type ChallengeRequest = Pick<
  Challenge,
  | 'apiKeyId'
  | 'redirectUrl'
  | 'codeChallenge'
  | 'state'
  | 'identifier'
  | 'identifierType'
  | 'deviceName'
  | 'network'
  | 'browserHash'
>;

/** What came of a code that was typed in. */
export type Answer =
  | { readonly outcome: 'verified'; readonly challenge: Challenge; readonly authorizationCode: string }
  | { readonly outcome: 'wrong'; readonly challenge: Challenge; readonly triesLeft: number }
  /** Expired, tried too often, used, or unknown. */
  | { readonly outcome: 'closed'; readonly challenge: Challenge | null };

/**
 * The codes that are on their way. What decides is always one conditional statement, so that two requests, or two processes on one
 * database, never both get what one of them may have.
 */
@Injectable()
export class Challenges {
  readonly #rows: Repository<Challenge>;

  constructor(
    database: IssuerDatabase,
    private readonly limit: SendLimit,
    private readonly sender: CodeSender,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(Challenge);
  }

  /**
   * Sends a code, whoever the identifier belongs to: the answer is the same for a stranger.
   *
   * @returns the handle that the browser needs to answer with the code. Nothing else knows it.
   * @throws {@link TooManyCodesError} (`too_many_codes`), {@link CodeNotSentError} (`code_not_sent`)
   */
  async open(request: ChallengeRequest): Promise<string> {
    const handle = createSecret();
    const code = createCode();
    const handleHash = hashSecret(handle);
    await this.#insert({ ...request, handleHash, codeHash: hashCode(code, handle) });
    const waitSeconds = await this.limit.findWaitSeconds(request);
    if (waitSeconds !== null) {
      await this.#rows.delete({ handleHash });
      throw new TooManyCodesError(waitSeconds);
    }
    await this.#send(request, code, handleHash);
    return handle;
  }

  /**
   * Sends another code for the same request; the one before is of no use any more.
   *
   * @returns the new handle, or `null` where there is nothing to send again.
   */
  async reopen(handle: string): Promise<string | null> {
    const former = await this.find(handle);
    if (former?.verifiedAt !== null) return null;
    const {
      apiKeyId,
      redirectUrl,
      codeChallenge,
      state,
      identifier,
      identifierType,
      deviceName,
      network,
      browserHash,
    } = former;
    const successor = await this.open({
      apiKeyId,
      redirectUrl,
      codeChallenge,
      state,
      identifier,
      identifierType,
      deviceName,
      network,
      browserHash,
    });
    const nowMs = this.settings.clock();
    await this.#rows.update({ id: former.id, expiresAt: MoreThan(nowMs) }, { expiresAt: nowMs });
    return successor;
  }

  find(handle: string): Promise<Challenge | null> {
    return this.#rows.findOneBy({ handleHash: hashSecret(handle) });
  }

  isOpen(challenge: Challenge): boolean {
    return (
      challenge.verifiedAt === null && challenge.attempts < MAX_ATTEMPTS && challenge.expiresAt > this.settings.clock()
    );
  }

  /** Takes a code that somebody typed in. The try is counted before the code is looked at, so a race wins nobody a sixth. */
  async answer(handle: string, code: string): Promise<Answer> {
    const handleHash = hashSecret(handle);
    const counted = await this.#rows.increment(
      {
        handleHash,
        attempts: LessThan(MAX_ATTEMPTS),
        expiresAt: MoreThan(this.settings.clock()),
        verifiedAt: IsNull(),
      },
      'attempts',
      1,
    );
    const challenge = await this.find(handle);
    if (counted.affected !== 1 || challenge === null) return { outcome: 'closed', challenge };
    if (!isSameHash(challenge.codeHash, hashCode(code, handle))) {
      const triesLeft = MAX_ATTEMPTS - challenge.attempts;
      return triesLeft > 0 ? { outcome: 'wrong', challenge, triesLeft } : { outcome: 'closed', challenge };
    }
    const authorizationCode = await this.#verify(challenge);
    return authorizationCode === null
      ? { outcome: 'closed', challenge }
      : { outcome: 'verified', challenge, authorizationCode };
  }

  /** Of several right answers one gets the authorization code. */
  async #verify(challenge: Challenge): Promise<string | null> {
    const authorizationCode = createSecret();
    const nowMs = this.settings.clock();
    const { affected } = await this.#rows.update(
      { id: challenge.id, codeHash: challenge.codeHash, verifiedAt: IsNull() },
      {
        verifiedAt: nowMs,
        authorizationCodeHash: hashSecret(authorizationCode),
        authorizationExpiresAt: nowMs + AUTHORIZATION_CODE_TTL_MS,
      },
    );
    return affected === 1 ? authorizationCode : null;
  }

  async #insert(row: ChallengeRequest & Pick<Challenge, 'handleHash' | 'codeHash'>): Promise<void> {
    const nowMs = this.settings.clock();
    await this.#rows
      .createQueryBuilder()
      .insert()
      .values({ ...row, attempts: 0, createdAt: nowMs, expiresAt: nowMs + CODE_TTL_MS })
      .updateEntity(false)
      .execute();
  }

  async #send({ identifier, identifierType }: ChallengeRequest, code: string, handleHash: string): Promise<void> {
    const channel = identifierType === 'EMAIL' ? 'EMAIL' : 'SMS';
    try {
      await this.sender.send({ to: identifier, channel, code, link: null, sentAt: new Date(this.settings.clock()) });
    } catch (error) {
      await this.#rows.delete({ handleHash });
      throw new CodeNotSentError({ cause: error });
    }
  }
}
