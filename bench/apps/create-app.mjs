import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';

/** A Nest application on a free port of the loopback interface, as plain as Nest makes it. */
export async function listen(module, platform = 'express') {
  const app = await NestFactory.create(module, await adapterOf(platform), { logger: false });
  await app.listen(0, '127.0.0.1');
  // Connections of the generator wait for their turn, which may take longer than a server's patience.
  app.getHttpServer().keepAliveTimeout = 0;
  return { app, port: app.getHttpServer().address().port };
}

async function adapterOf(platform) {
  if (platform === 'fastify') {
    const { FastifyAdapter } = await import('@nestjs/platform-fastify');
    return new FastifyAdapter();
  }
  const { ExpressAdapter } = await import('@nestjs/platform-express');
  return new ExpressAdapter();
}
