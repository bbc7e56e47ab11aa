import { Catch, UseFilters, type ArgumentsHost, type ExceptionFilter, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WebSocketGateway } from '@nestjs/websockets';
import { CotterAuthGuard, CotterError } from 'nestjs-cotter';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

import { startApplication, type TestApplication } from '../e2e/platforms.js';
import { GatewayHandlers } from './gateway-handlers.js';
import { cotterModule, describeTransport, startIssuers, type Issuers, type Outcome } from './transport.suite.js';

// Nothing but the global guard: no filter is bound to it by hand.
@WebSocketGateway()
class Gateway extends GatewayHandlers {}

function start(issuers: Issuers, gateway: Type = Gateway): Promise<TestApplication> {
  return startApplication(
    'express',
    { imports: [cotterModule(issuers)], providers: [gateway, { provide: APP_GUARD, useClass: CotterAuthGuard }] },
    (app) => app.useWebSocketAdapter(new IoAdapter(app)),
  );
}

const connect = (url: string, options: Partial<ManagerOptions & SocketOptions>): Socket =>
  io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });

function ask(socket: Socket, handler: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    socket.once('connect_error', reject);
    socket.once('answer', (data: unknown) => {
      socket.off('exception');
      resolve({ data });
    });
    socket.once('exception', (refusal: { code: string; challenge?: string }) => {
      socket.off('answer');
      resolve({ code: refusal.code, challenge: refusal.challenge });
    });
    socket.emit(handler, {});
  });
}

async function askOnce(
  url: string,
  handler: string,
  options: Partial<ManagerOptions & SocketOptions>,
): Promise<Outcome> {
  const socket = connect(url, options);
  try {
    return await ask(socket, handler);
  } finally {
    socket.close();
  }
}

describeTransport('socket.io, by auth.token', async (issuers) => {
  const { app, url } = await start(issuers);
  return {
    call: (handler, token) => askOnce(url, handler, token === undefined ? {} : { auth: { token } }),
    close: () => app.close(),
  };
});

describeTransport('socket.io, by the Authorization field of its handshake', async (issuers) => {
  const { app, url } = await start(issuers);
  return {
    call: (handler, token) =>
      askOnce(url, handler, token === undefined ? {} : { extraHeaders: { authorization: `Bearer ${token}` } }),
    close: () => app.close(),
  };
});

describe('a client of socket.io', () => {
  let issuers: Issuers;
  let server: TestApplication;

  beforeAll(async () => {
    issuers = await startIssuers();
    server = await start(issuers);
  });

  afterAll(async () => {
    await server.app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });

  it('is asked at every message: its token expires while it is connected', async () => {
    const socket = connect(server.url, {
      auth: { token: issuers.issuer.token({ subject: 'ann', expiresInSeconds: 60 }) },
    });
    expect(await ask(socket, 'me')).toEqual({ data: 'ann' });
    issuers.nowMs += 66_000;
    expect(await ask(socket, 'me')).toMatchObject({ code: 'token_expired' });
    expect(await ask(socket, 'optional')).toMatchObject({ code: 'token_expired' });
    expect(await ask(socket, 'open')).toEqual({ data: 'nobody' });
    socket.close();
  });

  it('may come by long polling too', async () => {
    const extraHeaders = { authorization: `Bearer ${issuers.issuer.token({ subject: 'ann' })}` };
    expect(await askOnce(server.url, 'me', { transports: ['polling'], extraHeaders })).toEqual({ data: 'ann' });
  });

  it('has no credential in its URL', async () => {
    const token = issuers.issuer.token();
    for (const query of [{ token }, { access_token: token }, { authorization: `Bearer ${token}` }]) {
      expect(await askOnce(server.url, 'me', { query })).toMatchObject({ code: 'missing_credentials' });
    }
  });

  it('is refused with two credentials, unless they are one', async () => {
    const [ann, ben] = [issuers.issuer.token({ subject: 'ann' }), issuers.issuer.token({ subject: 'ben' })];
    const extraHeaders = { authorization: `Bearer ${ann}` };
    expect(await askOnce(server.url, 'me', { extraHeaders, auth: { token: ben } })).toMatchObject({
      code: 'invalid_request',
    });
    expect(await askOnce(server.url, 'me', { extraHeaders, auth: { token: ann } })).toEqual({ data: 'ann' });
  });

  it.each([[{ token: 1 }], [{ token: { toString: 'x' } }], [{ token: [] }], [{ token: '' }]])(
    'is refused with %j for a token',
    async (auth) => {
      expect(await askOnce(server.url, 'me', { auth })).toMatchObject({ code: 'malformed_token' });
    },
  );

  it('hears which message was refused, and nothing of what was in it', async () => {
    const socket = connect(server.url, {});
    const refusal = new Promise((resolve) => socket.once('exception', resolve));
    socket.emit('me', { secret: 1 });
    expect(await refusal).toEqual({
      status: 'error',
      code: 'missing_credentials',
      message: 'This resource needs an access token.',
      challenge: 'Bearer realm="cotter"',
      cause: { pattern: 'me' },
    });
    socket.close();
  });
});

@Catch(CotterError)
class OwnFilter implements ExceptionFilter<CotterError> {
  catch(error: CotterError, host: ArgumentsHost): void {
    host.switchToWs().getClient<{ emit(event: string, data: unknown): void }>().emit('answer', `own ${error.code}`);
  }
}

@UseFilters(OwnFilter)
@WebSocketGateway()
class OwnFilterGateway extends GatewayHandlers {}

describe("a gateway's own filter", () => {
  it('goes first', async () => {
    const issuers = await startIssuers();
    const { app, url } = await start(issuers, OwnFilterGateway);
    expect(await askOnce(url, 'me', {})).toEqual({ data: 'own missing_credentials' });
    await app.close();
    await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
  });
});
