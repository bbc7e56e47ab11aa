import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import { CotterError } from '../errors/cotter.error.js';
import { problemOf } from './problem-details.js';

/**
 * Answers this package's errors, and no others, as problem details. The application's own errors go the way that they always went.
 */
@Injectable()
@Catch(CotterError)
export class CotterExceptionFilter implements ExceptionFilter<CotterError> {
  readonly #logger = new Logger('Cotter');

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: CotterError, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse<unknown>();
    const problem = problemOf(error);
    // The cause says what broke; it is for the operator alone.
    if (problem.status >= 500) this.#logger.error(`${error.code}: ${error.detail}`, causeOf(error));
    for (const [name, value] of Object.entries(problem.headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, problem.body, problem.status);
  }
}

function causeOf(error: Error): string | undefined {
  const { cause } = error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
}
