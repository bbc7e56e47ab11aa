import 'reflect-metadata';

import { Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/internal';
import { EMPTY, firstValueFrom } from 'rxjs';

import { InsufficientScopeError, MissingCredentialsError } from '../errors/access.errors.js';
import type { CotterError } from '../errors/cotter.error.js';
import { InvalidTokenError, KeysUnavailableError } from '../errors/token.errors.js';
import { CotterExceptionFilter } from './cotter-exception.filter.js';

beforeAll(() => {
  Logger.overrideLogger(false);
});

/** No platform: none of these contexts has one. */
const filter = new CotterExceptionFilter({} as HttpAdapterHost);

function contextOf(type: string, args: unknown[]): ExecutionContextHost {
  const host = new ExecutionContextHost(args);
  host.setType(type);
  return host;
}

describe('an error in a gRPC call', () => {
  it.each<[CotterError, number]>([
    [new MissingCredentialsError(), 16],
    [new InvalidTokenError('token_expired'), 16],
    [new InsufficientScopeError(['admin']), 7],
    [new KeysUnavailableError(5), 14],
  ])('has a number of its own: %s', async (error, code) => {
    const metadata = { getMap: () => ({}), get: () => [] };
    const answer = filter.catch(error, contextOf('rpc', [{}, metadata]));
    await expect(firstValueFrom(answer ?? EMPTY)).rejects.toEqual({ code, message: `${error.code}: ${error.detail}` });
  });
});

describe('an error in a context that nobody knows', () => {
  it('is left to whoever made the context', () => {
    const error = new MissingCredentialsError();
    expect(() => filter.catch(error, contextOf('telegram', [{}]))).toThrow(error);
  });
});
