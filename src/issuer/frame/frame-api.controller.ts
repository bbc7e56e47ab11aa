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
    private readonly settings: IssuerSettings,
  ) {}

  /** The normal form of what was typed, which the page may want to see before anything is sent. Says nothing about who is known. */
  @Post('identifier')
  @HttpCode(200)
  readIdentifier(@Req() request: PlatformRequest, @Body() body: unknown): Record<string, string> {
    const { type } = parseFrameRequest(queryOf(request), this.clients);
    return { identifier: getIdentifier(body, type), identifier_type: type };
  }

  /** Sends a code, whoever the identifier belongs to. */
  @Post('begin')
  @HttpCode(200)
  async begin(@Req() request: PlatformRequest, @Body() body: unknown): Promise<{ handle: string }> {
    const asked = parseFrameRequest(queryOf(request), this.clients);
    const network = clientNetworkOf(request, this.settings.trustedProxies);
    const handle = await this.challenges.open({
      link: null,
      apiKeyId: asked.client.apiKeyId,
      redirectUrl: asked.redirectUrl ?? asked.origin,
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

  /** Sends another code; the one before is of no use any more. */
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
