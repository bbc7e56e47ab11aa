import { Controller, Get, Post, Req, UseGuards, UseInterceptors } from '@nestjs/common';

import { knownDeviceOf } from '../../http/device.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { parseRedirectUrl, type RedirectUrl } from '../../identifiers/redirect-url.js';
import { authorizeQueryOf, successUrl } from '../authorize/return-url.js';
import type { Challenge } from '../challenges/challenge.entity.js';
import { Challenges } from '../challenges/challenges.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { SameSiteFormGuard } from '../http/same-site-form.guard.js';
import { linkPage } from '../pages/link.page.js';
import { messagePage } from '../pages/message.page.js';
import { pageAnswer, seeOther, type PageAnswer } from '../pages/page-answer.js';
import { PageInterceptor } from '../pages/page.interceptor.js';
import { linkPageUrl } from './link-page.js';
import { closedLinkText } from './link-texts.js';
import { MagicLinks } from './magic-links.js';

/**
 * The page that a mailed link opens. Mail scanners and browsers that look ahead open links, too, so opening one does nothing: the link is
 * spent by the button on the page, which posts a form of the issuer's own.
 */
@Controller('link')
@UseGuards(SameSiteFormGuard)
@UseInterceptors(PageInterceptor)
export class LinkController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly challenges: Challenges,
    private readonly links: MagicLinks,
  ) {}

  @Get()
  async show(@Req() request: PlatformRequest): Promise<PageAnswer> {
    const challenge = await this.links.find(tokenOf(request));
    if (challenge === null || !this.challenges.isOpen(challenge)) return closedAnswer(challenge);
    const clientName = this.clients.find(challenge.apiKeyId)?.name ?? null;
    const target = targetOf(challenge);
    const page = linkPage({ clientName, challenge, device: deviceOf(challenge), target });
    return pageAnswer(200, page, target ?? undefined);
  }

  @Post()
  async click(@Req() request: PlatformRequest): Promise<PageAnswer> {
    const click = await this.links.click(tokenOf(request));
    switch (click.outcome) {
      case 'app':
        return seeOther(successUrl(click.challenge, click.authorizationCode));
      case 'page':
        return seeOther(linkPageUrl(click.challenge, click.secret));
      case 'tab':
        return tabAnswer(click.challenge);
      case 'closed':
        return closedAnswer(click.challenge);
    }
  }
}

/** Where the click ends up; `null` where it stays here. */
function targetOf({ linkKind, redirectUrl, pageUrl }: Challenge): RedirectUrl | null {
  if (linkKind === 'app') return parseRedirectUrl(redirectUrl);
  return pageUrl === null ? null : { kind: 'web', text: pageUrl, url: new URL(pageUrl) };
}

function deviceOf({ deviceName }: Challenge): string {
  return knownDeviceOf(deviceName) ?? 'another device';
}

function tabAnswer(challenge: Challenge): PageAnswer {
  const message = `The tab on ${deviceOf(challenge)} that asked for this link goes on by itself. You can close this page.`;
  return pageAnswer(200, messagePage({ title: 'You can go back to your tab', message, depth: 0 }));
}

function closedAnswer(challenge: Challenge | null): PageAnswer {
  const reason = closedLinkText(challenge);
  const link = challenge === null ? null : wayOn(challenge);
  const message = link === null ? `${reason} Go back to where you wanted to sign in, and ask for another.` : reason;
  return pageAnswer(410, messagePage({ title: 'This link does not work any more', message, depth: 0, link }));
}

/** To where another link can be asked for. */
function wayOn(challenge: Challenge): { readonly url: string; readonly text: string } | null {
  const { linkKind, pageUrl } = challenge;
  if (linkKind === 'app') return { url: `app?${authorizeQueryOf(challenge)}`, text: 'Start again' };
  return pageUrl === null ? null : { url: pageUrl, text: `Back to ${new URL(pageUrl).host}` };
}

function tokenOf(request: PlatformRequest): string {
  return queryOf(request).get('token') ?? '';
}
