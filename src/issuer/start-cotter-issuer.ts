import type { Server } from 'node:http';
import { isIP } from 'node:net';

import type { INestApplication } from '@nestjs/common';

import { CotterConfigurationError } from '../errors/configuration.error.js';
import { CotterIssuerModule } from './cotter-issuer.module.js';
import type { CotterIssuerOptions } from './cotter-issuer.options.js';
import { createIssuerApp, type IssuerPlatform } from './http/create-issuer-app.js';
import { findFreePort } from './http/free-port.js';
import { IssuerSettings } from './issuer-settings.js';

/** Options of {@link startCotterIssuer}. */
export interface StartCotterIssuerOptions extends Omit<CotterIssuerOptions, 'publicUrl'> {
  /** 0 takes whichever is free. */
  readonly port: number;
  /** The address to listen on. @defaultValue `127.0.0.1` */
  readonly host?: string;
  /** @defaultValue `express` */
  readonly platform?: IssuerPlatform;
  /** @defaultValue `http://localhost:{port}` */
  readonly publicUrl?: string;
}

/** An issuer that answers. */
export interface RunningCotterIssuer {
  readonly app: INestApplication;
  /** Its public URL, without a slash at its end. */
  readonly url: string;
  /** Takes no more connections, finishes the requests that are there, and lets the database go. */
  close(): Promise<void>;
}

/** How often connections that have become idle are closed while the server stops. */
const SWEEP_EVERY_MS = 50;
/** Whoever has not read their answer by then never will. */
const DRAIN_MS = 8_000;

/**
 * Starts an issuer on a port of its own.
 *
 * @example
 * ```ts
 * const issuer = await startCotterIssuer({
 *   port: 4000,
 *   clients: [{ apiKeyId: 'my-app', allowedOrigins: ['http://localhost:3000'], allowedRedirects: ['http://localhost:3000/'] }],
 *   dataSource: { type: 'sqljs', synchronize: true },
 *   outbox: true,
 * });
 * ```
 * @throws {@link CotterConfigurationError} (`invalid_configuration`) naming the option that is wrong.
 */
export async function startCotterIssuer(options: StartCotterIssuerOptions): Promise<RunningCotterIssuer> {
  const { port: wanted, host = '127.0.0.1', platform = 'express', publicUrl, ...issuer } = options;
  checkPlace(wanted, host, platform);
  const port = wanted === 0 ? await findFreePort(host) : wanted;
  const module = CotterIssuerModule.forRoot({ ...issuer, publicUrl: publicUrl ?? `http://localhost:${String(port)}` });
  const app = await createIssuerApp(module, platform);
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw error;
  }
  return { app, url: app.get(IssuerSettings).publicUrl, close: once(() => stop(app)) };
}

function checkPlace(port: unknown, host: unknown, platform: unknown): void {
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535) {
    throw new CotterConfigurationError('port', 'must be a whole number from 0 to 65535');
  }
  if (typeof host !== 'string' || (isIP(host) === 0 && !/^[\w.-]+$/.test(host))) {
    throw new CotterConfigurationError('host', 'must be an IP address or a host name');
  }
  if (platform !== 'express' && platform !== 'fastify') {
    throw new CotterConfigurationError('platform', 'must be express or fastify');
  }
}

async function stop(app: INestApplication): Promise<void> {
  const server = app.getHttpServer() as Server;
  // A connection whose request was in flight stays open afterwards, for the next one that will not come.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, SWEEP_EVERY_MS);
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, DRAIN_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(deadline);
  }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= run());
}
