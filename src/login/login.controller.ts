import {
  Body,
  Controller,
  Header,
  Inject,
  Post,
  UseFilters,
  UseGuards,
  UseInterceptors,
  VERSION_NEUTRAL,
} from '@nestjs/common';

import { Public } from '../auth/decorators/public.decorator.js';
import { CotterExceptionFilter } from '../http/cotter-exception.filter.js';
import { CreationStatusInterceptor } from '../http/creation-status.interceptor.js';
import { JsonBodyGuard } from '../http/json-body.guard.js';
import { HttpExchange, type Exchanged } from '../http/response-cookies.js';
import { LoginOriginGuard } from '../session/login-origin.guard.js';
import { createLoginAnswer, type LoginAnswer } from './dto/login-answer.js';
import { LoginService } from './login.service.js';

/** `POST /login`: the payload of a sign-in goes in, the account comes out; with sessions, their cookies too. */
@Public()
@Controller({ path: 'login', version: VERSION_NEUTRAL })
@UseFilters(CotterExceptionFilter)
export class LoginController {
  constructor(@Inject(LoginService) private readonly logins: LoginService) {}

  /**
   * 201 for a new account, 200 for a known one.
   *
   * @param payload - Of type `unknown`, so that an application's own `ValidationPipe` leaves it to {@link LoginService}.
   */
  @Post()
  @Header('Cache-Control', 'no-store')
  @UseGuards(LoginOriginGuard, JsonBodyGuard)
  @UseInterceptors(CreationStatusInterceptor)
  async login(@Body() payload: unknown, @HttpExchange() exchanged: Exchanged): Promise<LoginAnswer> {
    const { account, created, principal } = await this.logins.login(payload, { exchanged });
    return createLoginAnswer(account, created, principal);
  }
}
