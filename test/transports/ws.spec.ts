import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

import { UseGuards, type Type } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CotterAuthGuard, keepHandshake } from 'nestjs-cotter';
import { WebSocket } from 'ws';

import { platforms, startApplication, type Platform, type TestApplication } from '../e2e/platforms.js';
import { GatewayHandlers, type GatewayMessage } from './gateway-handlers.js';
import { cotterModule, describeTransport, startIssuers, type Issuers, type Outcome } from './transport.suite.js';

@UseGuards(CotterAuthGuard)
@WebSocketGateway()
class Gateway extends GatewayHandlers implements OnGatewayConnection {
  handleConnection(client: WebSocket, request: IncomingMessage): void {
    keepHandshake(client, request);
  }
}

@UseGuards(CotterAuthGuard)
@WebSocketGateway()
class ForgetfulGateway extends GatewayHandlers {}

function start(issuers: Issuers, platform: Platform, gateway: Type): Promise<TestApplication> {
  return startApplication(platform, { imports: [cotterModule(issuers)], providers: [gateway] }, (app) =>
    app.useWebSocketAdapter(new WsAdapter(app)),
  );
}

async function connect(url: string, headers: Record<string, string | string[]> = {}): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http:', 'ws:'), { headers: headers as Record<string, string> });
  await once(socket, 'open');
  return socket;
}

async function ask(socket: WebSocket, handler: string): Promise<GatewayMessage> {
  const answered = once(socket, 'message');
  socket.send(JSON.stringify({ event: handler, data: {} }));
  const [message] = (await answered) as [Buffer];
  return JSON.parse(message.toString()) as GatewayMessage;
}

function outcomeOf({ event, data }: GatewayMessage): Outcome {
  if (event === 'answer') return { data };
  const { code, challenge } = data as { code: string; challenge?: string };
  return { code, challenge };
}

async function askOnce(url: string, handler: string, headers?: Record<string, string | string[]>): Promise<Outcome> {
  const socket = await connect(url, headers);
  try {
    return outcomeOf(await ask(socket, handler));
  } finally {
    socket.close();
  }
}

describe.each(platforms)('on %s', (platform) => {
  describeTransport('a native WebSocket', async (issuers) => {
    const { app, url } = await start(issuers, platform, Gateway);
    return {
      call: (handler, token) => askOnce(url, handler, token === undefined ? {} : { authorization: `Bearer ${token}` }),
      close: () => app.close(),
    };
  });
});

describe('a client of the ws package', () => {
  let issuers: Issuers;
  let server: TestApplication;

  beforeAll(async () => {
    issuers = await startIssuers();
    server = await start(issuers, 'express', Gateway);
  });

  afterAll(async () => {
    await server.app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });

  it('is asked at every message: its token expires while it is connected', async () => {
    const token = issuers.issuer.token({ subject: 'ann', expiresInSeconds: 60 });
    const socket = await connect(server.url, { authorization: `Bearer ${token}` });
    expect(outcomeOf(await ask(socket, 'me'))).toEqual({ data: 'ann' });
    issuers.nowMs += 66_000;
    expect(outcomeOf(await ask(socket, 'me'))).toMatchObject({ code: 'token_expired' });
    expect(outcomeOf(await ask(socket, 'open'))).toEqual({ data: 'nobody' });
    socket.close();
  });

  it('has no credential in its URL', async () => {
    const outcome = await askOnce(`${server.url}/?access_token=${issuers.issuer.token()}`, 'me');
    expect(outcome).toMatchObject({ code: 'missing_credentials' });
  });

  it('is refused with two credentials', async () => {
    const [ann, ben] = [issuers.issuer.token(), issuers.issuer.token()];
    expect(await askOnce(server.url, 'me', { authorization: [`Bearer ${ann}`, `Bearer ${ben}`] })).toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('a gateway that does not keep its handshakes', () => {
  it('lets nobody in, whatever they send', async () => {
    const issuers = await startIssuers();
    const { app, url } = await start(issuers, 'express', ForgetfulGateway);
    const socket = await connect(url, { authorization: `Bearer ${issuers.issuer.token()}` });
    for (const handler of ['me', 'optional']) {
      expect(await ask(socket, handler)).toMatchObject({
        event: 'exception',
        data: { status: 'error', message: 'Internal server error' },
      });
    }
    expect(await ask(socket, 'open')).toEqual({ event: 'answer', data: 'nobody' });
    socket.close();
    await app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });
});
