import type { HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

import { PlatformSignature } from './platform-signature.js';

const start = (httpAdapter?: unknown): void => {
  new PlatformSignature({ httpAdapter } as HttpAdapterHost).onModuleInit();
};

describe('the signature of the platform', () => {
  it('is switched off in Express', () => {
    const adapter = new ExpressAdapter();
    expect(adapter.getInstance().enabled('x-powered-by')).toBe(true);
    start(adapter);
    expect(adapter.getInstance().enabled('x-powered-by')).toBe(false);
  });

  it('is nothing that Fastify has', () => {
    expect(() => {
      start(new FastifyAdapter());
    }).not.toThrow();
  });

  it('is no matter where there is no HTTP at all', () => {
    expect(start).not.toThrow();
  });
});
