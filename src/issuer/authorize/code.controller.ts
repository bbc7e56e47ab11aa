import { Body, Controller, Get, Post, Req, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';

import type { PlatformRequest } from '../../http/platform.js';
import { parseRedirectUrl } from '../../identifiers/redirect-url.js';
import { closedCodeText } from '../challenges/challenge-texts.js';
import type { Challenge } from '../challenges/challenge.entity.js';
import { Challenges } from '../challenges/challenges.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { textMember } from '../http/body-members.js';
import { queryOf } from '../../http/request-target.js';
import { SameSiteFormGuard } from '../http/same-site-form.guard.js';
import { closedLinkText } from '../links/link-texts.js';
import { codePage } from '../pages/code.page.js';
import { linkSentPage } from '../pages/link-sent.page.js';
import { messagePage } from '../pages/message.page.js';
import { pageAnswer, seeOther, type PageAnswer } from '../pages/page-answer.js';
import { PageInterceptor } from '../pages/page.interceptor.js';
import { resendPage } from '../pages/resend.page.js';
import { AuthorizePageFilter } from './authorize-page.filter.js';
import { authorizeQueryOf, cancelUrl, successUrl } from './return-url.js';
import { readTypedCode } from './typed-code.js';

/** The page for the code, or for the link that is awaited, and the one that sends another. Both belong to whoever holds the handle. */
@Controller('app')
@UseGuards(SameSiteFormGuard)
@UseInterceptors(PageInterceptor)
@UseFilters(AuthorizePageFilter)
export class CodeController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly challenges: Challenges,
  ) {}

  @Get('code')
  async show(@Req() request: PlatformRequest): Promise<PageAnswer> {
    const handle = handleOf(request);
    const challenge = await this.challenges.find(handle);
    return challenge !== null && this.challenges.isOpen(challenge)
      ? this.#codeAnswer(handle, challenge, null)
      : closedAnswer(challenge);
  }

  @Post('code')
  async submit(@Req() request: PlatformRequest, @Body() body: unknown): Promise<PageAnswer> {
    const handle = handleOf(request);
    const code = readTypedCode(textMember(body, 'code'));
    if (code === '') return this.show(request);
    const answer = await this.challenges.answer(handle, code);
    switch (answer.outcome) {
      case 'verified':
        return seeOther(successUrl(answer.challenge, answer.authorizationCode));
      case 'wrong':
        return this.#codeAnswer(handle, answer.challenge, answer.triesLeft);
      case 'closed':
        // As it stands by now. A challenge that waits for a click is open: no code opens that, and none closes it.
        return this.show(request);
    }
  }

  @Get('resend')
  async askToResend(@Req() request: PlatformRequest): Promise<PageAnswer> {
    const handle = handleOf(request);
    const challenge = await this.challenges.find(handle);
    if (challenge?.verifiedAt !== null) return closedAnswer(challenge ?? null);
    return pageAnswer(200, resendPage({ clientName: this.#nameOf(challenge), challenge, handle }));
  }

  @Post('resend')
  async resend(@Req() request: PlatformRequest): Promise<PageAnswer> {
    const handle = handleOf(request);
    const next = await this.challenges.reopen(handle);
    return next === null ? closedAnswer(await this.challenges.find(handle)) : seeOther(`code?handle=${next}`);
  }

  #codeAnswer(handle: string, challenge: Challenge, triesLeft: number | null): PageAnswer {
    const { redirectUrl, state } = challenge;
    const options = {
      clientName: this.#nameOf(challenge),
      challenge,
      handle,
      startUrl: `../app?${authorizeQueryOf(challenge)}`,
      cancelUrl: cancelUrl(redirectUrl, state),
    };
    const page = challenge.authMethod === 'MAGIC_LINK' ? linkSentPage(options) : codePage({ ...options, triesLeft });
    return pageAnswer(200, page, parseRedirectUrl(redirectUrl));
  }

  #nameOf({ apiKeyId }: Challenge): string | null {
    return this.clients.find(apiKeyId)?.name ?? null;
  }
}

function closedAnswer(challenge: Challenge | null): PageAnswer {
  const message = challenge?.authMethod === 'MAGIC_LINK' ? closedLinkText(challenge) : closedCodeText(challenge);
  const link = challenge === null ? null : { url: `../app?${authorizeQueryOf(challenge)}`, text: 'Start again' };
  return pageAnswer(410, messagePage({ title: 'Please start again', message, depth: 1, link }));
}

function handleOf(request: PlatformRequest): string {
  return queryOf(request).get('handle') ?? '';
}
