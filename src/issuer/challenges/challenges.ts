import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan, type Repository } from 'typeorm';

import { IssuerClients } from '../clients/issuer-clients.js';
import { CodeSender } from '../delivery/code-sender.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { checkPageLink } from '../links/link-page.js';
import { linkColumnsOf, linkRequestOf, NO_LINK, type LinkColumns, type LinkRequest } from '../links/link-request.js';
import { createCode, createSecret, hashCode, hashSecret, isSameHash } from '../secrets.js';
import { createAuthorizationCode } from './authorization-code.js';
import { Challenge } from './challenge.entity.js';
import { CodeNotSentError, TooManyCodesError } from './challenge.errors.js';
import { SendLimit } from './send-limit.js';

/** Tries at one code. */
export const MAX_ATTEMPTS = 5;
/** How long a code can be typed in, and a link be clicked. */
export const CODE_TTL_MS = 5 * 60_000;

/** What a challenge is made of, and another one for the same request as well. */
const ASKED = [
  'apiKeyId',
  'redirectUrl',
  'frameOrigin',
  'codeChallenge',
  'state',
  'identifier',
  'identifierType',
  'deviceName',
  'network',
  'browserHash',
] as const;

type Asked = Pick<Challenge, (typeof ASKED)[number]>;

/** The authorize request, and the identifier that somebody typed. */
export type ChallengeRequest = Asked & {
  /** The magic link that is to be sent; `null` for a code. */
  readonly link: LinkRequest | null;
};

type Content = { readonly code: string; readonly link: null } | { readonly code: null; readonly link: string };

/** What came of a code that was typed in. */
export type Answer =
  | { readonly outcome: 'verified'; readonly challenge: Challenge; readonly authorizationCode: string }
  | { readonly outcome: 'wrong'; readonly challenge: Challenge; readonly triesLeft: number }
  /** Expired, tried too often, used, or unknown. */
  | { readonly outcome: 'closed'; readonly challenge: Challenge | null };

/**
 * The codes and links that are on their way. What decides is always one conditional statement, so that two requests, or two processes on one
 * database, never both get what one of them may have.
 */
@Injectable()
export class Challenges {
  readonly #rows: Repository<Challenge>;

  constructor(
    database: IssuerDatabase,
    private readonly limit: SendLimit,
    private readonly sender: CodeSender,
    private readonly clients: IssuerClients,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(Challenge);
  }

  /**
   * Sends a code or a link, whoever the identifier belongs to: the answer is the same for a stranger.
   *
   * @returns the handle that the browser needs to answer with the code, or to learn of the click. Nothing else knows it.
   * @throws {@link TooManyCodesError} (`too_many_codes`), {@link CodeNotSentError} (`code_not_sent`), {@link ApiRefusedError}
   * (`request_refused`) for a link to a page that is not registered.
   */
  async open({ link: wanted, ...request }: ChallengeRequest): Promise<string> {
    const link = wanted?.kind === 'page' ? checkPageLink(wanted, this.clients.find(request.apiKeyId)) : wanted;
    const handle = createSecret();
    const handleHash = hashSecret(handle);
    const secret = link === null ? createCode() : createSecret();
    await this.#insert({
      ...request,
      ...(link === null ? NO_LINK : linkColumnsOf(link, secret)),
      handleHash,
      codeHash: link === null ? hashCode(secret, handle) : '',
    });
    const waitSeconds = await this.limit.findWaitSeconds(request);
    if (waitSeconds !== null) {
      await this.#rows.delete({ handleHash });
      throw new TooManyCodesError(waitSeconds);
    }
    const content =
      link === null
        ? { code: secret, link: null }
        : { code: null, link: `${this.settings.publicUrl}/link?token=${secret}` };
    await this.#send(request, content, handleHash);
    return handle;
  }

  /**
   * Sends another code or link for the same request; the one before is of no use any more.
   *
   * @returns the new handle, or `null` where there is nothing to send again.
   */
  async reopen(handle: string): Promise<string | null> {
    const former = await this.find(handle);
    if (former?.verifiedAt !== null) return null;
    const successor = await this.open({ ...askedOf(former), link: linkRequestOf(former) });
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
        authMethod: 'OTP',
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
    const nowMs = this.settings.clock();
    const { authorizationCode, columns } = createAuthorizationCode(nowMs);
    const { affected } = await this.#rows.update(
      { id: challenge.id, codeHash: challenge.codeHash, verifiedAt: IsNull() },
      { ...columns, verifiedAt: nowMs },
    );
    return affected === 1 ? authorizationCode : null;
  }

  async #insert(row: Asked & LinkColumns & Pick<Challenge, 'handleHash' | 'codeHash'>): Promise<void> {
    const nowMs = this.settings.clock();
    await this.#rows
      .createQueryBuilder()
      .insert()
      .values({ ...row, attempts: 0, createdAt: nowMs, expiresAt: nowMs + CODE_TTL_MS })
      .updateEntity(false)
      .execute();
  }

  async #send({ identifier, identifierType }: Asked, content: Content, handleHash: string): Promise<void> {
    const channel = identifierType === 'EMAIL' ? 'EMAIL' : 'SMS';
    try {
      await this.sender.send({ to: identifier, channel, sentAt: new Date(this.settings.clock()), ...content });
    } catch (error) {
      await this.#rows.delete({ handleHash });
      throw new CodeNotSentError({ cause: error });
    }
  }
}

function askedOf(challenge: Challenge): Asked {
  return Object.fromEntries(ASKED.map((name) => [name, challenge[name]])) as Asked;
}
