import { APP_GUARD } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WebSocketGateway } from '@nestjs/websockets';
import { CotterAuthGuard, SessionService, TokenVerifier, type SessionMode } from 'nestjs-cotter';
import { io } from 'socket.io-client';

import { startApplication, type TestApplication } from '../e2e/platforms.js';
import { GatewayHandlers } from './gateway-handlers.js';
import { cotterModule, startIssuers, type Issuers } from './transport.suite.js';

@WebSocketGateway()
class Gateway extends GatewayHandlers {}

const SITE = 'https://app.example.com';

describe.each<SessionMode>(['server', 'token'])(
  'a WebSocket that comes with the cookie of a session of mode %s',
  (mode) => {
    let issuers: Issuers;
    let server: TestApplication;

    beforeEach(async () => {
      issuers = await startIssuers();
      const session = { mode, encryptionKeys: ['a key of thirty-two characters!!'] };
      const cotter = cotterModule(issuers, { publicUrl: SITE, session });
      server = await startApplication(
        'express',
        { imports: [cotter], providers: [Gateway, { provide: APP_GUARD, useClass: CotterAuthGuard }] },
        (app) => app.useWebSocketAdapter(new IoAdapter(app)),
      );
    });
    afterEach(async () => {
      await server.app.close();
      await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
    });

    /** @returns the `Cookie` field of a browser that has just signed in. */
    async function signIn(): Promise<string> {
      const cookies: string[] = [];
      const { access_token: accessToken, refresh_token: token } = issuers.issuer.tokens({ subject: 'ann' });
      const principal = await server.app.get(TokenVerifier).verifyAccessToken(accessToken);
      await server.app.get(SessionService).start(
        {
          account: { id: 'ann' },
          principal,
          accessToken,
          refresh: { token, family: 'family' },
          authenticatedAt: new Date(issuers.nowMs),
        },
        { carrier: { rawHeaders: [] }, answer: { add: (cookie) => cookies.push(cookie.split(';', 1)[0] ?? '') } },
      );
      return cookies.join('; ');
    }

    async function ask(
      extraHeaders: Record<string, string>,
      times = 1,
      between = (): void => undefined,
    ): Promise<unknown[]> {
      const socket = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders });
      const answers: unknown[] = [];
      try {
        for (let time = 0; time < times; time++) {
          if (time > 0) between();
          answers.push(
            await new Promise((resolve, reject) => {
              socket.once('connect_error', reject);
              socket.once('answer', resolve);
              socket.once('exception', ({ code }: { code: string }) => {
                resolve(code);
              });
              socket.emit('me', {});
            }),
          );
          socket.removeAllListeners();
        }
        return answers;
      } finally {
        socket.close();
      }
    }

    it('is who the session says, where a page of the site has opened it', async () => {
      const cookie = await signIn();
      expect(await ask({ cookie, origin: SITE })).toEqual(['ann']);
      expect(await ask({ cookie, 'sec-fetch-site': 'same-origin' }, 2)).toEqual(['ann', 'ann']);
    });

    it.each([
      [{}],
      [{ origin: 'https://evil.example' }],
      [{ origin: 'null' }],
      [{ 'sec-fetch-site': 'same-site', origin: SITE }],
    ])('is nobody with %j', async (headers) => {
      const cookie = await signIn();
      expect(await ask({ cookie, ...headers })).toEqual(['cross_site_request']);
    });

    it('is asked at each message whether the session goes on', async () => {
      const cookie = await signIn();
      const [first, second] = await ask({ cookie, origin: SITE }, 2, () => {
        issuers.nowMs += 2 * 3_600_000;
      });
      // Nobody can hand new cookies over a WebSocket; tokens that stay with us are renewed all the same.
      expect([first, second]).toEqual(['ann', mode === 'server' ? 'ann' : 'token_expired']);
      issuers.nowMs += 40 * 24 * 3_600_000;
      expect(await ask({ cookie, origin: SITE })).toEqual(['session_ended']);
    });
  },
);
