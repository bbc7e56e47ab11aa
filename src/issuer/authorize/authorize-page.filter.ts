import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import type { PlatformRequest } from '../../http/platform.js';
import { CODE_NOT_SENT_TEXT, tooManyCodesText } from '../challenges/challenge-texts.js';
import { CodeNotSentError, TooManyCodesError } from '../challenges/challenge.errors.js';
import { pathOf, queryOf } from '../../http/request-target.js';
import { messagePage } from '../pages/message.page.js';
import { pageAnswer, type PageAnswer } from '../pages/page-answer.js';
import { sendPage } from '../pages/page.interceptor.js';
import { AuthorizeRefusedError } from './authorize-refused.error.js';

type PageError = AuthorizeRefusedError | TooManyCodesError | CodeNotSentError;

/** Tells people on the way to a code or a link what keeps them from it. */
@Injectable()
@Catch(AuthorizeRefusedError, TooManyCodesError, CodeNotSentError)
export class AuthorizePageFilter implements ExceptionFilter<PageError> {
  readonly #logger = new Logger('CotterIssuer');

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: PageError, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    if (error instanceof CodeNotSentError) {
      this.#logger.error(error.detail, error.cause instanceof Error ? error.cause.stack : undefined);
    }
    const answer = answerTo(error, http.getRequest<PlatformRequest>());
    sendPage(answer, this.adapterHost.httpAdapter, http.getResponse<unknown>());
  }
}

function answerTo(error: PageError, request: PlatformRequest): PageAnswer {
  const depth = pathOf(request).split('/').length - 2;
  if (error instanceof AuthorizeRefusedError) {
    const message = 'The application that sent you here made a mistake. Please go back to it and try again.';
    const details = { name: error.parameter, text: error.detail };
    return pageAnswer(400, messagePage({ title: 'You cannot sign in from here', message, depth, details }));
  }
  const link = { url: backUrl(request), text: 'Back' };
  if (error instanceof CodeNotSentError) {
    return pageAnswer(503, messagePage({ title: 'Nothing was sent', message: CODE_NOT_SENT_TEXT, depth, link }));
  }
  const { retryAfterSeconds } = error;
  const message = tooManyCodesText(retryAfterSeconds);
  const answer = pageAnswer(429, messagePage({ title: 'Too many messages', message, depth, link }));
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(retryAfterSeconds) } };
}

/** To the page that was in front of this one, without asking for another code on the way. */
function backUrl(request: PlatformRequest): string {
  const query = queryOf(request);
  query.delete('direct_login');
  return `${pathOf(request).endsWith('/resend') ? 'code' : ''}?${query.toString()}`;
}
