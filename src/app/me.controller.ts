import { Controller, Get, Header, Inject } from '@nestjs/common';

import {
  CurrentUser,
  OptionalAuth,
  profileOf,
  UsersService,
  type AccountProfile,
  type CotterPrincipal,
} from '../index.js';

/** What `GET /me` answers. */
export interface Me {
  readonly principal: CotterPrincipal;
  /** `null` where a good token's person never logged in here. */
  readonly user: AccountProfile | null;
}

/** Who calls. */
@Controller('me')
export class MeController {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  /** The guarded route: who calls, as their token says and as the database knows them. */
  @Get()
  @Header('Cache-Control', 'no-store')
  async me(@CurrentUser() principal: CotterPrincipal): Promise<Me> {
    const account = await this.users.findByPrincipal(principal);
    return { principal, user: account === null ? null : profileOf(account) };
  }

  /** The open one, for a page that has no cookie that it could read: whether there is anybody to ask {@link me} about. */
  @OptionalAuth()
  @Get('known')
  @Header('Cache-Control', 'no-store')
  known(@CurrentUser() principal: CotterPrincipal | undefined): { known: boolean } {
    return { known: principal !== undefined };
  }
}
