import type { ServerResponse } from 'node:http';

import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import type { HttpPlatform } from '../app.config.js';
import { frameworkProblemOf, PROBLEM_HEADERS } from './framework-problem.js';
import type { NodeMiddleware } from './security-headers.js';

/** The largest body that any route here has a use for. */
export const MAX_BODY_BYTES = 64 * 1024;

/** What {@link createNestApp} needs to know. */
export interface NestAppOptions {
  readonly module: DynamicModule;
  readonly platform: HttpPlatform;
  /** Runs before everything else, so that refused requests pass it too. */
  readonly createMiddleware: (app: INestApplication) => NodeMiddleware;
  /** Origins whose pages may call with a token in a header; cookies are for the app's own pages. */
  readonly corsOrigins: readonly string[];
}

// One behaviour on both platforms: Nest adds no parsers of its own, and JSON is the only type that is read at all.
const NEST_OPTIONS = { abortOnError: false, bodyParser: false } as const;

/** Creates the application on the platform of choice; beyond this function nothing knows which one it is. */
export async function createNestApp(options: NestAppOptions): Promise<INestApplication> {
  return options.platform === 'fastify' ? createOnFastify(options) : createOnExpress(options);
}

async function createOnExpress(options: NestAppOptions): Promise<INestApplication> {
  const { ExpressAdapter } = await import('@nestjs/platform-express');
  const app = await NestFactory.create<NestExpressApplication>(options.module, new ExpressAdapter(), NEST_OPTIONS);
  app.disable('x-powered-by');
  addBrowserRules(app, options);
  app.useBodyParser('json', { limit: MAX_BODY_BYTES, strict: false, inflate: false });
  return app;
}

async function createOnFastify(options: NestAppOptions): Promise<INestApplication> {
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    // What cannot be decoded is refused by the router, and never comes to Nest and its filters.
    frameworkErrors: (error: unknown, _request: unknown, reply: { hijack(): unknown; raw: ServerResponse }) => {
      const problem = frameworkProblemOf(error);
      reply.hijack();
      reply.raw.writeHead(problem.status, PROBLEM_HEADERS).end(JSON.stringify(problem));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, NEST_OPTIONS);
  addBrowserRules(app, options);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (request.headers['content-encoding'] !== undefined) {
      done(Object.assign(new Error('encoded'), { statusCode: 415 }));
      return;
    }
    try {
      // An empty body is no body, as it is to Express.
      done(null, text === '' ? undefined : (JSON.parse(text.toString()) as unknown));
    } catch (error) {
      done(Object.assign(new Error('not JSON', { cause: error }), { statusCode: 400 }));
    }
  });
  return app;
}

function addBrowserRules(app: INestApplication, { createMiddleware, corsOrigins }: NestAppOptions): void {
  app.use(createMiddleware(app));
  if (corsOrigins.length === 0) return;
  app.enableCors({
    origin: [...corsOrigins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['Authorization', 'Content-Type'],
    exposedHeaders: ['Retry-After', 'WWW-Authenticate'],
    maxAge: 600,
  });
}
