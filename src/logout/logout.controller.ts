import { Body, Controller, Header, HttpCode, Inject, Post, Query, UseFilters, VERSION_NEUTRAL } from '@nestjs/common';

import { Public } from '../auth/decorators/public.decorator.js';
import { isRefreshToken } from '../cotter-api/refresh-token.js';
import { CotterExceptionFilter } from '../http/cotter-exception.filter.js';
import { HttpExchange, type Exchanged } from '../http/response-cookies.js';
import { LogoutService } from './logout.service.js';

/** `POST /logout`: this session or token ends; with `?all=true` everything of the person does. */
@Public()
@Controller({ path: 'logout', version: VERSION_NEUTRAL })
@UseFilters(CotterExceptionFilter)
export class LogoutController {
  constructor(@Inject(LogoutService) private readonly logouts: LogoutService) {}

  /** @param body - May have the `refresh_token` of a front end that holds one: it is good for nothing afterwards, here and at the issuer. */
  @Post()
  @HttpCode(204)
  @Header('Cache-Control', 'no-store')
  async logout(@Query('all') all: unknown, @Body() body: unknown, @HttpExchange() exchanged: Exchanged): Promise<void> {
    await this.logouts.logout({ everywhere: all === 'true', refreshToken: findRefreshToken(body) }, exchanged);
  }
}

function findRefreshToken(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'refresh_token')) return null;
  const { refresh_token: token } = body as Readonly<Record<string, unknown>>;
  return isRefreshToken(token) ? token : null;
}
