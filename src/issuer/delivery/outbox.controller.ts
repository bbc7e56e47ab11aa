import { Controller, Get, UseGuards, UseInterceptors } from '@nestjs/common';

import { PageInterceptor } from '../pages/page.interceptor.js';
import { pageAnswer, type PageAnswer } from '../pages/page-answer.js';
import { outboxPage } from '../pages/outbox.page.js';
import type { CodeMessage } from './code-sender.js';
import { OutboxCodeSender } from './outbox-code-sender.js';
import { OutboxGuard } from './outbox.guard.js';

/** Shows the codes that were not sent. Registered only where the outbox is on. */
@Controller()
@UseGuards(OutboxGuard)
export class OutboxController {
  constructor(private readonly outbox: OutboxCodeSender) {}

  @Get('outbox')
  @UseInterceptors(PageInterceptor)
  getPage(): PageAnswer {
    return pageAnswer(200, outboxPage(this.outbox.messages.toReversed()));
  }

  /** Oldest first. */
  @Get('outbox.json')
  getMessages(): readonly CodeMessage[] {
    return this.outbox.messages;
  }
}
