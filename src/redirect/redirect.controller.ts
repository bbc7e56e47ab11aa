import { Controller, Get, Inject, Req, UseFilters, UseInterceptors, VERSION_NEUTRAL } from '@nestjs/common';

import { Public } from '../auth/decorators/public.decorator.js';
import type { PlatformRequest } from '../http/platform.js';
import { queryOf } from '../http/request-target.js';
import { HttpExchange, type Exchanged } from '../http/response-cookies.js';
import { FailedSignInFilter } from './failed-sign-in.filter.js';
import { RedirectService } from './redirect.service.js';
import { SeeOtherInterceptor } from './see-other.interceptor.js';

/** `GET /login` sends the browser to the issuer's page; `GET /login/callback` takes it back, signed in. */
@Public()
@Controller({ path: 'login', version: VERSION_NEUTRAL })
@UseFilters(FailedSignInFilter)
@UseInterceptors(SeeOtherInterceptor)
export class RedirectController {
  constructor(@Inject(RedirectService) private readonly redirects: RedirectService) {}

  /** 303 to the issuer's page. Takes `returnTo`, `type` and `auth_method`. */
  @Get()
  begin(@Req() request: PlatformRequest, @HttpExchange() exchanged: Exchanged): string {
    return this.redirects.begin(queryOf(request), exchanged);
  }

  /** 303 to where the person wanted to go, with the cookies of their session. */
  @Get('callback')
  complete(@Req() request: PlatformRequest, @HttpExchange() exchanged: Exchanged): Promise<string> {
    return this.redirects.complete(queryOf(request), exchanged);
  }
}
