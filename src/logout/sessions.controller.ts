import { Controller, Delete, Get, Header, HttpCode, Inject, Param, UseFilters, VERSION_NEUTRAL } from '@nestjs/common';

import { CotterJwtStrategy } from '../auth/cotter-jwt.strategy.js';
import { Public } from '../auth/decorators/public.decorator.js';
import { CotterExceptionFilter } from '../http/cotter-exception.filter.js';
import { HttpExchange, type Exchanged } from '../http/response-cookies.js';
import { CookieSessions } from '../session/cookie-sessions.js';
import { SessionService } from '../session/session.service.js';
import { UsersService } from '../users/users.service.js';
import { createSessionsAnswer, type SessionsAnswer } from './dto/sessions-answer.js';

/** `GET /sessions` and `DELETE /sessions/:handle`: where a person is signed in, and the end of it. Theirs alone. */
@Public()
@Controller({ path: 'sessions', version: VERSION_NEUTRAL })
@UseFilters(CotterExceptionFilter)
export class SessionsController {
  // The routes guard themselves: a global guard is another module's as a rule, where there are two.
  constructor(
    @Inject(CotterJwtStrategy) private readonly strategy: CotterJwtStrategy,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(CookieSessions) private readonly cookies: CookieSessions,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async list(@HttpExchange() exchanged: Exchanged): Promise<SessionsAnswer> {
    const caller = await this.strategy.verify(exchanged.carrier, exchanged.answer);
    const account = await this.users.getByPrincipal(caller);
    return createSessionsAnswer(await this.sessions.list(account), caller, this.sessions.csrfTokenOf(caller));
  }

  @Delete(':handle')
  @HttpCode(204)
  @Header('Cache-Control', 'no-store')
  async end(@Param('handle') handle: string, @HttpExchange() exchanged: Exchanged): Promise<void> {
    const caller = await this.strategy.verify(exchanged.carrier, exchanged.answer);
    const account = await this.users.getByPrincipal(caller);
    await this.sessions.end(account, handle, exchanged.carrier);
    if (handle === caller.sessionHandle && exchanged.answer !== null) this.cookies.clear(exchanged.answer);
  }
}
