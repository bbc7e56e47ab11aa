import { Catch, HttpException, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import { BodyTooLargeError, UnsupportedBodyError } from '../../errors/request.errors.js';
import type { PlatformRequest } from '../../http/platform.js';
import { AuthorizeRefusedError } from '../authorize/authorize-refused.error.js';
import { CODE_NOT_SENT_TEXT, tooManyCodesText } from '../challenges/challenge-texts.js';
import { CodeNotSentError, TooManyCodesError } from '../challenges/challenge.errors.js';
import { SecretKeyError } from '../clients/secret-key.error.js';
import { UserNotFoundError } from '../users/user-not-found.error.js';
import { EnrolmentRefusedError } from '../devices/enrolment.error.js';
import { EventNotFoundError } from '../devices/event-not-found.error.js';
import { FrameRefusedError } from '../frame/frame-refused.error.js';
import { ApiRefusedError } from './api-refused.error.js';
import { errorAnswer } from './error-answer.js';
import { IssuerHeaders } from './issuer-headers.js';
import { NotOfferedError } from './not-offered.error.js';
import { TooManyRequestsError } from './too-many-requests.error.js';
import { pathOf } from '../../http/request-target.js';
import { WebAuthnError } from '../webauthn/webauthn.error.js';

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
    const { status, message, code } = verdictOn(error);
    if (status >= 500 && !(error instanceof NotOfferedError)) this.#logger.error('A request failed', stackOf(error));
    const answer = errorAnswer(pathOf(request), status, message, code);
    // What a body parser refuses on Express has not been through the gateway.
    const retry = isForNow(error) ? { 'Retry-After': String(error.retryAfterSeconds) } : {};
    const headers = { ...this.headers.for(request), ...answer.headers, ...retry };
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, answer.body, status);
  }
}

function isForNow(error: unknown): error is TooManyRequestsError | TooManyCodesError {
  return error instanceof TooManyRequestsError || error instanceof TooManyCodesError;
}

/** Of a code that could not be handed over, the provider's own error says why. */
function stackOf(error: unknown): string | undefined {
  const root = error instanceof CodeNotSentError ? error.cause : error;
  return root instanceof Error ? root.stack : undefined;
}

function verdictOn(error: unknown): { status: number; message: string; code?: string } {
  if (error instanceof ApiRefusedError) return { status: 400, message: error.detail };
  if (error instanceof SecretKeyError) {
    return { status: error.code === 'secret_key_unset' ? 403 : 401, message: error.detail, code: error.code };
  }
  if (error instanceof EnrolmentRefusedError) return { status: 401, message: error.detail, code: error.code };
  if (error instanceof UserNotFoundError || error instanceof EventNotFoundError) {
    return { status: 404, message: error.detail, code: error.code };
  }
  if (error instanceof AuthorizeRefusedError) {
    return { status: 400, message: `${error.parameter}: ${error.detail}`, code: error.code };
  }
  if (error instanceof FrameRefusedError) {
    return { status: error.code.endsWith('_closed') ? 410 : 400, message: error.detail, code: error.code };
  }
  if (error instanceof TooManyCodesError) {
    return { status: 429, message: tooManyCodesText(error.retryAfterSeconds), code: error.code };
  }
  if (error instanceof CodeNotSentError) return { status: 503, message: CODE_NOT_SENT_TEXT, code: error.code };
  if (error instanceof WebAuthnError) return { status: error.status, message: error.detail, code: error.code };
  if (error instanceof TooManyRequestsError) return { status: 429, message: error.detail, code: error.code };
  if (error instanceof NotOfferedError) return { status: 501, message: error.detail, code: error.code };
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
