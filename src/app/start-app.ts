import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { isatty } from 'node:tty';

import { ConsoleLogger, Logger, type INestApplication } from '@nestjs/common';
import type { DataSource } from 'typeorm';

import { CotterIssuerMigrations, startCotterIssuer } from '../issuer/index.js';
import { CotterOptions } from '../index.js';
import { CotterEntities, CotterMigrations } from '../typeorm/index.js';
import type { AppConfig, LocalIssuerConfig } from './app.config.js';
import { AppModule } from './app.module.js';
import { openDatabase, parseDatabaseUrl } from './database.js';
import { createNestApp } from './http/create-nest-app.js';
import { watchConnections } from './http/watch-connections.js';
import { securityHeaders } from './http/security-headers.js';
import { RedisConnection } from './redis-connection.js';
import { explainDatabaseError, explainStartError } from './start-error.js';

/** The app and, where it has one, its local issuer: both of them listen. */
export interface RunningApp {
  /** As the app is reached on this machine, whatever name it has outside. */
  readonly url: string;
  /** `null` where another issuer signs people in. */
  readonly issuerUrl: string | null;
  /** Stops accepting connections, waits for the requests in flight, then closes the databases. */
  close(): Promise<void>;
}

const LOGGER = new ConsoleLogger({ logLevels: ['fatal', 'error', 'warn'], colors: isatty(1) });

type Close = () => Promise<unknown>;

/**
 * Starts everything that the configuration asks for, or nothing at all.
 *
 * @throws {@link AppStartError} for whatever can be mended from outside.
 */
export async function startApp(config: AppConfig): Promise<RunningApp> {
  // While it starts, Nest logs each route that it maps, and each failure that is thrown here as well.
  Logger.overrideLogger(false);
  const closes: Close[] = [];
  const close = async (): Promise<void> => {
    // What was started last stands on what was started before it.
    for (const each of closes.splice(0).reverse()) await each();
  };
  try {
    const database = await openAppDatabase(config);
    closes.push(async () => database.isInitialized && database.destroy());
    const redis = config.redisUrl === null ? null : await RedisConnection.open(config.redisUrl);
    if (redis !== null) closes.push(() => redis.close());
    const { localIssuer } = config;
    const issuer = localIssuer === null ? null : await startLocalIssuer(config, localIssuer);
    if (issuer !== null) closes.push(() => issuer.close(), watchConnections(serverOf(issuer.app)));
    const app = await createApp(config, database, redis);
    closes.push(() => app.close(), watchConnections(serverOf(app)));
    await app.listen(config.port, config.host);
    return { url: urlOf(app), issuerUrl: issuer?.url ?? null, close };
  } catch (error) {
    await close();
    throw explainStartError(error, config);
  } finally {
    Logger.overrideLogger(LOGGER);
  }
}

/** The local issuer has its tables in the same database, and a connection of its own; all migrations run here, once. */
async function openAppDatabase({ databaseUrl, localIssuer }: AppConfig): Promise<DataSource> {
  const migrations = localIssuer === null ? CotterMigrations : [...CotterMigrations, ...CotterIssuerMigrations];
  try {
    return await openDatabase({ ...parseDatabaseUrl(databaseUrl), entities: CotterEntities, migrations });
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

function startLocalIssuer(config: AppConfig, localIssuer: LocalIssuerConfig): ReturnType<typeof startCotterIssuer> {
  const { port, publicUrl, allowedOrigins, allowedRedirects, signingKey } = localIssuer;
  const { host, platform, production, databaseUrl, cotter } = config;
  return startCotterIssuer({
    port,
    host,
    platform,
    production,
    publicUrl,
    outbox: true,
    clients: [{ apiKeyId: cotter.apiKeyId, name: 'nestjs-cotter demo', allowedOrigins, allowedRedirects }],
    dataSource: parseDatabaseUrl(databaseUrl),
    ...(signingKey === null ? {} : { signingKey }),
  });
}

function createApp(config: AppConfig, database: DataSource, redis: RedisConnection | null): Promise<INestApplication> {
  return createNestApp({
    module: AppModule.forRoot(config, database, redis),
    platform: config.platform,
    corsOrigins: config.corsOrigins,
    createMiddleware: (app) =>
      securityHeaders([config.publicUrl, app.get(CotterOptions).jsUrl].map((url) => new URL(url).origin)),
  });
}

function serverOf(app: INestApplication): Server {
  return app.getHttpServer() as Server;
}

function urlOf(app: INestApplication): string {
  const { address, port, family } = serverOf(app).address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${String(port)}`;
}
