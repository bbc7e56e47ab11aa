import { Catch, HttpException, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import { BodyTooLargeError, UnsupportedBodyError } from '../../errors/request.errors.js';
import type { PlatformRequest } from '../../http/platform.js';
import { ApiRefusedError } from './api-refused.error.js';
import { errorAnswer } from './error-answer.js';
import { IssuerHeaders } from './issuer-headers.js';
import { pathOf } from '../../http/request-target.js';

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  403: 'This is not allowed',
  404: 'Not found',
  413: 'The body is too large',
  415: 'Send the body in the documented format',
  431: 'The header of the request is too large',
};

/** Turns whatever goes wrong into an answer that gives nothing internal away. */
@Injectable()
@Catch()
export class IssuerExceptionFilter implements ExceptionFilter {
  readonly #logger = new Logger('CotterIssuer');

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly headers: IssuerHeaders,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const http = host.switchToHttp();
    const request = http.getRequest<PlatformRequest>();
    const response = http.getResponse<unknown>();
    const { status, message } = verdictOn(error);
    if (status >= 500) this.#logger.error('A request failed', error instanceof Error ? error.stack : undefined);
    const answer = errorAnswer(pathOf(request), status, message);
    // What a body parser refuses on Express has not been through the gateway.
    const headers = { ...this.headers.for(request), ...answer.headers };
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, answer.body, status);
  }
}

function verdictOn(error: unknown): { status: number; message: string } {
  if (error instanceof ApiRefusedError) return { status: 400, message: error.detail };
  if (error instanceof BodyTooLargeError) return { status: 413, message: error.detail };
  if (error instanceof UnsupportedBodyError) return { status: 415, message: error.detail };
  const status = statusOf(error);
  return { status, message: MESSAGES[status] ?? (status < 500 ? 'The request is refused' : 'Internal server error') };
}

/** What Nest, the platforms and their parsers refuse carries a status; anything else was not foreseen. */
function statusOf(error: unknown): number {
  const status: unknown =
    error instanceof HttpException
      ? error.getStatus()
      : error instanceof Error && 'statusCode' in error
        ? error.statusCode
        : 500;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
