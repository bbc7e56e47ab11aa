import { Controller, Get, Header, Inject } from '@nestjs/common';

import { CurrentUser, profileOf, UsersService, type AccountProfile, type CotterPrincipal } from '../index.js';

/** What `GET /me` answers. */
export interface Me {
  readonly principal: CotterPrincipal;
  /** `null` where a good token's person never logged in here. */
  readonly user: AccountProfile | null;
}

/** The guarded route: who calls, as their token says and as the database knows them. */
@Controller('me')
export class MeController {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async me(@CurrentUser() principal: CotterPrincipal): Promise<Me> {
    const account = await this.users.findByPrincipal(principal);
    return { principal, user: account === null ? null : profileOf(account) };
  }
}
