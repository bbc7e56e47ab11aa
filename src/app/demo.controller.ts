import { Controller, ForbiddenException, HttpCode, Inject, Post } from '@nestjs/common';

import { HttpExchange, SessionService, type Exchanged } from '../index.js';

/** What an application has no use for, and a demo has. */
@Controller('demo')
export class DemoController {
  constructor(@Inject(SessionService) private readonly sessions: SessionService) {}

  /** Nobody has to wait for an hour to see a renewal: the next request by this session finds its access token expired. */
  @Post('expire-access-token')
  @HttpCode(204)
  async expireAccessToken(@HttpExchange() exchanged: Exchanged): Promise<void> {
    const isRenewed = await this.sessions.expireAccessToken(exchanged);
    if (!isRenewed) throw new ForbiddenException();
  }
}
