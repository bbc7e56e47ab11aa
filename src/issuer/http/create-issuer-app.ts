import type { ServerResponse } from 'node:http';

import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { MAX_BODY_BYTES } from '../../http/json-body.guard.js';
import { sendError, setHeaders } from './error-answer.js';
import { BASE_HEADERS } from './issuer-headers.js';

/** Which HTTP framework Nest runs on. */
export type IssuerPlatform = 'express' | 'fastify';

// One behaviour on both platforms: JSON and forms are read, small, uncompressed, and nothing else is.
const NEST_OPTIONS = { abortOnError: false, bodyParser: false } as const;

/** Creates the issuer's application on the platform of choice; beyond this file nothing knows which one it is. */
export async function createIssuerApp(module: DynamicModule, platform: IssuerPlatform): Promise<INestApplication> {
  return platform === 'fastify' ? createOnFastify(module) : createOnExpress(module);
}

async function createOnExpress(module: DynamicModule): Promise<INestApplication> {
  const { ExpressAdapter } = await import('@nestjs/platform-express');
  const app = await NestFactory.create<NestExpressApplication>(module, new ExpressAdapter(), NEST_OPTIONS);
  app.disable('x-powered-by');
  app.useBodyParser('json', { limit: MAX_BODY_BYTES, inflate: false });
  app.useBodyParser('urlencoded', { limit: MAX_BODY_BYTES, inflate: false, extended: false });
  return app;
}

async function createOnFastify(module: DynamicModule): Promise<INestApplication> {
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    // A path that cannot be decoded comes to nobody: no middleware, no filter.
    frameworkErrors: (
      _error: unknown,
      request: { readonly url: string },
      { raw }: { readonly raw: ServerResponse },
    ) => {
      setHeaders(raw, BASE_HEADERS);
      sendError(raw, request.url.split('?', 1)[0] ?? '', 400, 'The request is malformed');
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, NEST_OPTIONS);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (request.headers['content-encoding'] !== undefined) {
      done(refusal(415));
      return;
    }
    try {
      // An empty body is no body, as it is to Express: browsers sign out with a content type and nothing in it.
      done(null, text === '' ? undefined : (JSON.parse(text.toString()) as unknown));
    } catch {
      done(refusal(400));
    }
  });
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) => {
    done(null, parseForm(text.toString()));
  });
  return app;
}

/** A field that is repeated is a list, which no reader here takes for a text: the same as on Express. */
function parseForm(text: string): Record<string, string | string[]> {
  const form = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function refusal(statusCode: number): Error {
  return Object.assign(new Error('The body is refused'), { statusCode });
}
