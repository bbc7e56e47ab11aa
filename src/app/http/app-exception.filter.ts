import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import { CotterError, CotterExceptionFilter } from '../../index.js';
import { frameworkProblemOf, PROBLEM_HEADERS } from './framework-problem.js';

/**
 * Answers as problem details whatever the package's own filter does not: what Nest, the router and the body parsers refuse, and what
 * nobody foresaw. Nothing of the request and nothing of an unforeseen error is in the answer.
 */
@Injectable()
@Catch()
export class AppExceptionFilter implements ExceptionFilter {
  readonly #logger = new Logger('App');
  readonly #cotterErrors: CotterExceptionFilter;

  constructor(private readonly adapterHost: HttpAdapterHost) {
    this.#cotterErrors = new CotterExceptionFilter(adapterHost);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    if (error instanceof CotterError) {
      this.#cotterErrors.catch(error, host);
      return;
    }
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse<unknown>();
    const problem = frameworkProblemOf(error);
    if (problem.status === 500) this.#logger.error('unforeseen', error instanceof Error ? error.stack : undefined);
    for (const [name, value] of Object.entries(PROBLEM_HEADERS)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, problem, problem.status);
  }
}
