import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { readTypedCode } from '../authorize/typed-code.js';
import { parseTypedIdentifier } from '../authorize/typed-identifier.js';
import { closedCodeText, wrongCodeText } from '../challenges/challenge-texts.js';
import { Challenges } from '../challenges/challenges.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { textMember } from '../http/body-members.js';
import { clientNetworkOf } from '../http/client-network.js';
import { deviceNameOf } from '../http/device-name.js';
import { OwnScriptGuard } from '../http/own-script.guard.js';
import { IssuerSettings } from '../issuer-settings.js';
import type { LinkRequest } from '../links/link-request.js';
import { closedLinkText } from '../links/link-texts.js';
import { MagicLinks } from '../links/magic-links.js';
import { IDENTIFIER_TEXTS } from '../pages/identifier.page.js';
import { hashSecret } from '../secrets.js';
import { FrameRefusedError } from './frame-refused.error.js';
import { parseFrameRequest, type FrameRequest } from './frame-request.js';

/** What a frame may send on to the page around it, which exchanges it. */
interface Verified {
  readonly authorization_code: string;
  readonly challenge_id: number;
  readonly state: string;
}

const LINK_OF_ANOTHER = 'This link works once, for 5 minutes, in the browser that asked for it. Ask for another.';
const BROWSER = /^[\w-]{43}$/;

/**
 * What the script of a frame asks, in private: nothing of this is Cotter's. Where a request is about the page around the frame, its
 * query is that of the frame, and is checked once more.
 */
@Controller('frame')
@UseGuards(OwnScriptGuard, JsonBodyGuard)
export class FrameApiController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly challenges: Challenges,
    private readonly links: MagicLinks,
    private readonly settings: IssuerSettings,
  ) {}

  /** The normal form of what was typed, which the page may want to see before anything is sent. Says nothing about who is known. */
  @Post('identifier')
  @HttpCode(200)
  readIdentifier(@Req() request: PlatformRequest, @Body() body: unknown): Record<string, string> {
    const { type } = parseFrameRequest(queryOf(request), this.clients);
    return { identifier: getIdentifier(body, type), identifier_type: type };
  }

  /** Sends a code or a link, whoever the identifier belongs to. */
  @Post('begin')
  @HttpCode(200)
  async begin(@Req() request: PlatformRequest, @Body() body: unknown): Promise<{ handle: string }> {
    const asked = parseFrameRequest(queryOf(request), this.clients);
    const network = clientNetworkOf(request, this.settings.trustedProxies);
    const handle = await this.challenges.open({
      link: linkOf(asked, body),
      apiKeyId: asked.client.apiKeyId,
      // With a link, the SDK names the origin whatever its RedirectURL is.
      redirectUrl: asked.authMethod === 'OTP' ? (asked.redirectUrl ?? asked.origin) : asked.origin,
      frameOrigin: asked.origin,
      codeChallenge: asked.codeChallenge,
      state: asked.state,
      identifier: getIdentifier(body, asked.type),
      identifierType: asked.type,
      deviceName: deviceNameOf(request),
      network,
      browserHash: network === null ? null : findBrowserHash(body),
    });
    return { handle };
  }

  /** Sends another code or link; the one before is of no use any more. */
  @Post('resend')
  @HttpCode(200)
  async resend(@Body() body: unknown): Promise<{ handle: string }> {
    const handle = getHandle(body);
    const next = await this.challenges.reopen(handle);
    if (next === null) throw closed(await this.challenges.find(handle));
    return { handle: next };
  }

  @Post('code')
  @HttpCode(200)
  async answer(@Body() body: unknown): Promise<Verified> {
    const code = readTypedCode(textMember(body, 'code'));
    const answer = await this.challenges.answer(getHandle(body), code);
    switch (answer.outcome) {
      case 'verified': {
        const { authorizationCode, challenge } = answer;
        return { authorization_code: authorizationCode, challenge_id: challenge.id, state: challenge.state };
      }
      case 'wrong':
        throw new FrameRefusedError('wrong_code', wrongCodeText(answer.triesLeft));
      case 'closed':
        throw closed(answer.challenge);
    }
  }

  /** Gives what a link is good for to the page that it has led to: the code for the new frame's own challenge. */
  @Post('redeem')
  @HttpCode(200)
  async redeem(@Req() request: PlatformRequest, @Body() body: unknown): Promise<Verified> {
    const { client, origin, codeChallenge, state } = parseFrameRequest(queryOf(request), this.clients);
    const challengeId = Number(textMember(body, 'challenge_id') ?? Number.NaN);
    const challenge = textMember(body, 'challenge') ?? '';
    const asked = { apiKeyId: client.apiKeyId, challengeId, challenge, codeChallenge, redirectUrl: origin, state };
    const authorizationCode = await this.links.redeem(asked);
    if (authorizationCode === null) throw new FrameRefusedError('link_closed', LINK_OF_ANOTHER);
    return { authorization_code: authorizationCode, challenge_id: challengeId, state };
  }

  /** Tells the tab that asked for a link whether it has been clicked. */
  @Post('poll')
  @HttpCode(200)
  async poll(@Req() request: PlatformRequest, @Body() body: unknown): Promise<Verified | { state: 'waiting' }> {
    const { state } = parseFrameRequest(queryOf(request), this.clients);
    const poll = await this.links.poll(getHandle(body));
    switch (poll.state) {
      case 'waiting':
        return { state: 'waiting' };
      case 'verified':
        return { authorization_code: poll.authorizationCode, challenge_id: poll.challengeId, state };
      case 'closed':
        throw new FrameRefusedError('link_closed', closedLinkText(null));
    }
  }
}

/** Where a link leads that is sent in place of a code. */
function linkOf({ authMethod, redirectLink, redirectUrl }: FrameRequest, body: unknown): LinkRequest | null {
  if (authMethod === 'OTP') return null;
  if (!redirectLink) return { kind: 'tab' };
  return { kind: 'page', pageUrl: redirectUrl ?? '', clientJson: textMember(body, 'client_json') ?? '{}' };
}

function closed(...[challenge]: Parameters<typeof closedCodeText>): FrameRefusedError {
  return new FrameRefusedError('code_closed', closedCodeText(challenge));
}

function getHandle(body: unknown): string {
  return textMember(body, 'handle') ?? '';
}

function getIdentifier(body: unknown, type: FrameRequest['type']): string {
  const identifier = parseTypedIdentifier(textMember(body, 'identifier') ?? '', type);
  if (identifier === null) throw new FrameRefusedError('invalid_identifier', IDENTIFIER_TEXTS[type].error);
  return identifier;
}

/**
 * A browser as its own storage knows it, for the sake of limits alone: browsers hold back the cookies of a frame. Whoever throws it away
 * is still counted by address.
 */
function findBrowserHash(body: unknown): string | null {
  const browser = textMember(body, 'browser') ?? '';
  return BROWSER.test(browser) ? hashSecret(browser) : null;
}
