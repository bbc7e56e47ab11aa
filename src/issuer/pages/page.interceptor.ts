import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type HttpServer,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { map, type Observable } from 'rxjs';

import type { PageAnswer } from './page-answer.js';

/** Lets a handler return a {@link PageAnswer}, on whichever platform. */
@Injectable()
export class PageInterceptor implements NestInterceptor<PageAnswer, string> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler<PageAnswer>): Observable<string> {
    const response = context.switchToHttp().getResponse<unknown>();
    return next.handle().pipe(
      map((answer) => {
        writeHead(answer, this.adapterHost.httpAdapter, response);
        return answer.body;
      }),
    );
  }
}

/** Sends a {@link PageAnswer} where no interceptor does. */
export function sendPage(answer: PageAnswer, adapter: HttpServer, response: unknown): void {
  writeHead(answer, adapter, response);
  adapter.reply(response, answer.body, answer.status);
}

function writeHead({ status, headers }: PageAnswer, adapter: HttpServer, response: unknown): void {
  adapter.status(response, status);
  for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
}
