import { Controller, Get, UseInterceptors } from '@nestjs/common';

import { IssuerSettings } from '../issuer-settings.js';
import { homePage } from './home.page.js';
import { pageAnswer, type PageAnswer } from './page-answer.js';
import { PageInterceptor } from './page.interceptor.js';

/** The page at the issuer's own address. */
@Controller()
@UseInterceptors(PageInterceptor)
export class HomeController {
  constructor(private readonly settings: IssuerSettings) {}

  @Get()
  getPage(): PageAnswer {
    return pageAnswer(200, homePage({ hasOutbox: this.settings.outbox }));
  }
}
