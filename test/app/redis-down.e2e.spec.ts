import { ConsoleLogger } from '@nestjs/common';

import { loadConfig } from '../../src/app/app.config.js';
import { startApp, type RunningApp } from '../../src/app/start-app.js';
import { findFreePorts } from './free-ports.js';
import { FrontEnd } from './front-end.js';
import { Visitor } from './visitor.js';

describe('the app while there is no Redis where it should be', () => {
  let running: RunningApp;
  let frontEnd: FrontEnd;
  let warn: jest.SpyInstance;

  beforeAll(async () => {
    warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    jest.spyOn(ConsoleLogger.prototype, 'error').mockImplementation(() => undefined);
    const { PORT: nobody } = await findFreePorts();
    const config = loadConfig({ ...(await findFreePorts()), REDIS_URL: `redis://:hunter2@127.0.0.1:${nobody}` });
    running = await startApp(config);
    frontEnd = new FrontEnd(config);
  });

  afterAll(async () => {
    await running.close();
    jest.restoreAllMocks();
  });

  it('starts all the same, and says so once, without the password', () => {
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^Redis is out of reach \(connect ECONNREFUSED [\d.:]+\): sessions and sign-in answer 503/,
        ),
      ],
    ]);
  });

  it.each(['/ping', '/', '/me/known', '/config.json'])('answers what needs no session: %s', async (path) => {
    expect((await fetch(`${frontEnd.app}${path}`)).status).toBe(200);
  });

  it('lets bearer tokens in', async () => {
    const { oauth_token: tokens } = await frontEnd.signIn('ann@example.com');
    expect((await frontEnd.me(tokens.access_token)).status).toBe(200);
  });

  it('says later, and when, to who wants a session or a renewal, and takes no cookie away', async () => {
    const ann = await frontEnd.signIn('ann@example.com');
    const answers = [
      await frontEnd.post('/login', frontEnd.payload(ann)),
      await frontEnd.post('/refresh', { refresh_token: ann.oauth_token.refresh_token }),
      await new Visitor(frontEnd).signIn('ann@example.com'),
      await fetch(`${frontEnd.app}/me`, { headers: { Cookie: `cotter-session=${'x'.repeat(43)}` } }),
      await fetch(`${frontEnd.app}/health`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    for (const { headers } of answers) {
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
      expect(headers.getSetCookie().filter((field) => field.startsWith('cotter-session='))).toEqual([]);
    }
  });
});
