import {
  Body,
  Controller,
  Header,
  HttpCode,
  Inject,
  Post,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';

import { Public } from '../auth/decorators/public.decorator.js';
import { CotterExceptionFilter } from '../http/cotter-exception.filter.js';
import { JsonBodyGuard } from '../http/json-body.guard.js';
import { HttpExchange, type Exchanged } from '../http/response-cookies.js';
import { LoginOriginGuard } from '../session/login-origin.guard.js';
import { createRefreshAnswer, type RefreshAnswer } from './dto/refresh-answer.js';
import { parseRefreshRequest } from './dto/refresh-request.js';
import { RefreshService } from './refresh.service.js';

/** `POST /refresh`: a refresh token goes in, new tokens come out. */
@Public()
@Controller({ path: 'refresh', version: VERSION_NEUTRAL })
@UseFilters(CotterExceptionFilter)
export class RefreshController {
  constructor(@Inject(RefreshService) private readonly refreshes: RefreshService) {}

  /** @param body - Of type `unknown`, so that an application's own `ValidationPipe` leaves it to {@link parseRefreshRequest}. */
  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Header('Pragma', 'no-cache')
  @UseGuards(LoginOriginGuard, JsonBodyGuard)
  async refresh(@Body() body: unknown, @HttpExchange() exchanged: Exchanged): Promise<RefreshAnswer> {
    const { refreshToken } = parseRefreshRequest(body);
    return createRefreshAnswer(await this.refreshes.refresh(refreshToken, exchanged));
  }
}
