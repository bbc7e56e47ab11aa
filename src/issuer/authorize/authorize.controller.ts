import { Body, Controller, Get, Post, Req, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';

import { headerValuesOf, nodeRequestOf, type PlatformRequest } from '../../http/platform.js';
import { Challenges } from '../challenges/challenges.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { clientNetworkOf } from '../http/client-network.js';
import { textMember } from '../http/body-members.js';
import { deviceNameOf } from '../http/device-name.js';
import { queryOf } from '../../http/request-target.js';
import { SameSiteFormGuard } from '../http/same-site-form.guard.js';
import { identifierPage } from '../pages/identifier.page.js';
import { pageAnswer, seeOther, type PageAnswer } from '../pages/page-answer.js';
import { PageInterceptor } from '../pages/page.interceptor.js';
import { parseAuthorizeRequest, type AuthorizeRequest } from './authorize-request.js';
import { IssuerSettings } from '../issuer-settings.js';
import { AuthorizePageFilter } from './authorize-page.filter.js';
import { browserCookieOf } from './browser-cookie.js';
import { cancelUrl } from './return-url.js';
import { parseTypedIdentifier } from './typed-identifier.js';

/** The authorize page: asks who it is, and sends them a code or a link. */
@Controller('app')
@UseGuards(SameSiteFormGuard)
@UseInterceptors(PageInterceptor)
@UseFilters(AuthorizePageFilter)
export class AuthorizeController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly challenges: Challenges,
    private readonly settings: IssuerSettings,
  ) {}

  @Get()
  async show(@Req() request: PlatformRequest): Promise<PageAnswer> {
    const asked = parseAuthorizeRequest(queryOf(request), this.clients);
    if (asked.directLogin && isNavigation(request)) return this.#send(request, asked, asked.input);
    return formAnswer(asked, asked.input);
  }

  /** The form posts to the page's own URL, so the request that it belongs to is checked once more. */
  @Post()
  async submit(@Req() request: PlatformRequest, @Body() body: unknown): Promise<PageAnswer> {
    const asked = parseAuthorizeRequest(queryOf(request), this.clients);
    return this.#send(request, asked, textMember(body, 'identifier') ?? '');
  }

  async #send(request: PlatformRequest, asked: AuthorizeRequest, typed: string): Promise<PageAnswer> {
    const identifier = parseTypedIdentifier(typed, asked.type);
    if (identifier === null) return formAnswer(asked, typed, true);
    const network = clientNetworkOf(request, this.settings.trustedProxies);
    const browser = browserCookieOf(request, this.settings.publicUrl.startsWith('https:'));
    const handle = await this.challenges.open({
      apiKeyId: asked.client.apiKeyId,
      redirectUrl: asked.redirectUrl.text,
      frameOrigin: null,
      codeChallenge: asked.codeChallenge,
      state: asked.state,
      identifier,
      identifierType: asked.type,
      deviceName: deviceNameOf(request),
      network,
      browserHash: network === null ? null : browser.hash,
      link: asked.authMethod === 'MAGIC_LINK' ? { kind: 'app' } : null,
    });
    const answer = seeOther(`app/code?handle=${handle}`);
    return { ...answer, headers: { ...answer.headers, ...browser.header } };
  }
}

/** A form that comes back for another try is no failure of the page: 200, also where something in it was refused. */
function formAnswer(asked: AuthorizeRequest, typed: string, isRefused = false): PageAnswer {
  const { client, type, authMethod, redirectUrl, state } = asked;
  const page = identifierPage({
    clientName: client.name,
    type,
    authMethod,
    typed,
    isRefused,
    cancelUrl: cancelUrl(redirectUrl.text, state),
    redirectUrl,
  });
  return pageAnswer(200, page, redirectUrl);
}

/** A person who opens the page; not a browser that looks ahead, an image on another site, or a robot that asks for the header only. */
function isNavigation(request: PlatformRequest): boolean {
  const [destination = 'document'] = headerValuesOf(request, 'sec-fetch-dest');
  const isAhead = headerValuesOf(request, 'sec-purpose').length > 0;
  return nodeRequestOf(request).method === 'GET' && ['document', 'iframe'].includes(destination) && !isAhead;
}
