// A user's application that keeps users and runs an issuer of its own, with whichever TypeORM is installed. It prints what two
// logins of one person answered, and what kinds of keys the issuer publishes.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CotterModule } from 'nestjs-cotter';
import { startCotterIssuer } from 'nestjs-cotter/issuer';
import { CotterTestIssuer } from 'nestjs-cotter/testing';
import { CotterUser } from 'nestjs-cotter/typeorm';

async function logIn(url: string, payload: object): Promise<object> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/login`, { method: 'POST', headers, body: JSON.stringify(payload) });
  const { created, user } = (await response.json()) as { created?: boolean; user?: CotterUser };
  return { status: response.status, created, identifier: user?.identifier };
}

async function publishedKeys(): Promise<unknown> {
  const issuer = await startCotterIssuer({
    port: 0,
    clients: [{ apiKeyId: 'consumer', allowedOrigins: [], allowedRedirects: [] }],
    dataSource: { type: 'sqljs', synchronize: true },
    outbox: true,
  });
  const response = await fetch(`${issuer.url}/api/v0/token/jwks`);
  const { keys } = (await response.json()) as { keys: { alg: string }[] };
  await issuer.close();
  return keys.map(({ alg }) => alg);
}

async function main(): Promise<void> {
  const issuer = await CotterTestIssuer.start();

  @Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'sqljs', autoLoadEntities: true, synchronize: true }),
      CotterModule.forRoot(issuer.moduleOptions),
    ],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const payload = issuer.payload({ identifier: 'somebody@example.com' });
  const logins = [await logIn(url, payload), await logIn(url, payload)];
  await app.close();
  await issuer.close();
  console.log(JSON.stringify({ logins, keys: await publishedKeys() }));
}

void main();
