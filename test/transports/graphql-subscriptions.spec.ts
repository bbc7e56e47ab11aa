import { once } from 'node:events';

import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import { CotterAuthGuard, CurrentUser, OptionalAuth, type CotterPrincipal } from 'nestjs-cotter';
import { WebSocket } from 'ws';

import { startApplication, type TestApplication } from '../e2e/platforms.js';
import { cotterModule, startIssuers, type Issuers } from './transport.suite.js';

@UseGuards(CotterAuthGuard)
@Resolver()
class GreetingsResolver {
  @Query(() => String)
  unused(): string {
    return 'a schema needs a query';
  }

  @Subscription(() => String, { resolve: (greeting: string) => greeting })
  greetings(@CurrentUser('subject') subject: string): AsyncIterable<string> {
    return greet(subject);
  }

  @OptionalAuth()
  @Subscription(() => String, { resolve: (greeting: string) => greeting })
  anybody(@CurrentUser() principal?: CotterPrincipal): AsyncIterable<string> {
    return greet(principal?.subject ?? 'nobody');
  }
}

async function* greet(subject: string): AsyncGenerator<string> {
  yield await Promise.resolve(`hello ${subject}`);
}

interface Message {
  readonly type: string;
  readonly payload?: unknown;
}

/** The graphql-transport-ws protocol, as far as it takes to hear the first answer. */
async function subscribe(url: string, field: string, parameters?: object, authorization?: string): Promise<Message> {
  const headers = authorization === undefined ? {} : { authorization };
  const socket = new WebSocket(`${url.replace('http:', 'ws:')}/graphql`, 'graphql-transport-ws', { headers });
  await once(socket, 'open');
  const next = async (): Promise<Message> => {
    const [data] = (await once(socket, 'message')) as [Buffer];
    return JSON.parse(data.toString()) as Message;
  };
  const acknowledged = next();
  socket.send(JSON.stringify({ type: 'connection_init', payload: parameters }));
  expect(await acknowledged).toMatchObject({ type: 'connection_ack' });
  const answered = next();
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `subscription { ${field} }` } }));
  const answer = await answered;
  socket.close();
  return answer;
}

describe('a GraphQL subscription over graphql-ws', () => {
  let issuers: Issuers;
  let server: TestApplication;

  beforeAll(async () => {
    issuers = await startIssuers();
    server = await startApplication('express', {
      imports: [
        cotterModule(issuers),
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          subscriptions: { 'graphql-ws': true },
        }),
      ],
      providers: [GreetingsResolver],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });

  it('takes the token from the parameters of the connection, or from its handshake', async () => {
    const authorization = `Bearer ${issuers.issuer.token({ subject: 'ann' })}`;
    const greeting = { type: 'next', payload: { data: { greetings: 'hello ann' } } };
    expect(await subscribe(server.url, 'greetings', { authorization })).toMatchObject(greeting);
    expect(await subscribe(server.url, 'greetings', { Authorization: authorization })).toMatchObject(greeting);
    expect(await subscribe(server.url, 'greetings', {}, authorization)).toMatchObject(greeting);
    expect(await subscribe(server.url, 'greetings', { authorization }, authorization)).toMatchObject(greeting);
  });

  it('is refused without a good one, and with two', async () => {
    const [ann, ben] = [`Bearer ${issuers.issuer.token()}`, `Bearer ${issuers.issuer.token()}`];
    expect(JSON.stringify(await subscribe(server.url, 'greetings'))).toContain('missing_credentials');
    expect(JSON.stringify(await subscribe(server.url, 'greetings', { authorization: 'Bearer junk' }))).toContain(
      'malformed_token',
    );
    expect(JSON.stringify(await subscribe(server.url, 'greetings', { authorization: ann }, ben))).toContain(
      'invalid_request',
    );
    expect(JSON.stringify(await subscribe(server.url, 'anybody', { authorization: 'Bearer junk' }))).toContain(
      'malformed_token',
    );
  });

  it('may be open to anybody', async () => {
    expect(await subscribe(server.url, 'anybody')).toMatchObject({ payload: { data: { anybody: 'hello nobody' } } });
  });
});
