import { Controller, Get, Req, UseFilters, UseInterceptors } from '@nestjs/common';

import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { AuthorizePageFilter } from '../authorize/authorize-page.filter.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import type { PageAnswer } from '../pages/page-answer.js';
import { PageInterceptor } from '../pages/page.interceptor.js';
import { frameAnswer } from './frame-answer.js';
import { parseFrameRequest } from './frame-request.js';
import { signInFrame } from './sign-in.frame.js';

/** The frames that the browser SDK puts into pages: one for codes, one for links. Their script does the rest. */
@Controller()
@UseInterceptors(PageInterceptor)
@UseFilters(AuthorizePageFilter)
export class FrameController {
  constructor(private readonly clients: IssuerClients) {}

  @Get(['signup', 'login'])
  show(@Req() request: PlatformRequest): PageAnswer {
    const asked = parseFrameRequest(queryOf(request), this.clients);
    return frameAnswer(200, signInFrame(asked), asked.origin);
  }
}
