import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';
import { member, textMember } from '../http/body-members.js';
import { OwnTokens } from './own-tokens.js';

/** What came of a check. Always 200: the caller has asked a question, and this is the answer. */
export type VerifyAnswer = { readonly success: true } | { readonly success: false; readonly reason: string };

/** Checks access tokens for sites without a backend, as `worker.cotter.app/verify` did. */
@Controller('verify')
export class VerifyController {
  constructor(private readonly ownTokens: OwnTokens) {}

  /** For the application that the header names; for whichever it is minted for where it names none, as Cotter's did. */
  @Post()
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async verify(@Req() request: PlatformRequest, @Body() body: unknown): Promise<VerifyAnswer> {
    const [apiKeyId = null, ...others] = headerValuesOf(request, 'api_key_id');
    const accessToken = textMember(member(body, 'oauth_token'), 'access_token') ?? '';
    const claims =
      others.length > 0 ? null : await this.ownTokens.verify(accessToken, ['client_access_token'], apiKeyId);
    return claims === null ? { success: false, reason: 'Error: Invalid JWT token' } : { success: true };
  }
}
