import { Catch, Inject, Injectable, Logger, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';

import { CotterError } from '../errors/cotter.error.js';
import { bindToGateways } from './gateway-filters.js';
import { GraphQlRefusal } from './graphql-refusal.js';
import { grpcErrorOf, isGrpc } from './grpc-error.js';
import { problemOf, type ProblemAnswer } from './problem-details.js';
import { refusalOf } from './refusal.js';
import { sendToClient } from './web-socket-client.js';

/**
 * Answers this package's errors, and no others, in the way of their transport: problem details in HTTP, an error with `extensions` in
 * GraphQL, an `exception` event on a WebSocket, an error of the same members to an RPC call. The application's own errors go the way that
 * they always went.
 */
@Injectable()
@Catch(CotterError)
export class CotterExceptionFilter implements ExceptionFilter<CotterError> {
  readonly #logger = new Logger('Cotter');

  constructor(
    @Inject(HttpAdapterHost) protected readonly adapterHost: HttpAdapterHost,
    @Optional() @Inject(ModulesContainer) modules?: ModulesContainer,
  ) {
    if (modules !== undefined) bindToGateways(this, modules);
  }

  /** @returns what Nest sends back, to an RPC call only. */
  catch(error: CotterError, host: ArgumentsHost): Observable<never> | undefined {
    const problem = problemOf(error);
    // The cause says what broke; it is for the operator alone.
    if (problem.status >= 500) this.#logger.error(`${error.code}: ${error.detail}`, causeOf(error));
    switch (host.getType<string>()) {
      case 'http':
        this.reply(problem, host);
        return undefined;
      case 'graphql':
        throw new GraphQlRefusal(problem, error);
      case 'ws':
        sendToClient(host.switchToWs().getClient(), 'exception', {
          ...refusalOf(problem),
          cause: { pattern: host.switchToWs().getPattern() },
        });
        return undefined;
      case 'rpc':
        return throwError(() => (isGrpc(host) ? grpcErrorOf(problem) : refusalOf(problem)));
      default:
        throw error;
    }
  }

  protected reply(problem: ProblemAnswer, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse<unknown>();
    for (const [name, value] of Object.entries(problem.headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, problem.body, problem.status);
  }
}

function causeOf(error: Error): string | undefined {
  const { cause } = error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
}
