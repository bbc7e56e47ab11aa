import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';

import { AppProcess } from './app-process.js';

jest.setTimeout(180_000);

async function open(app: AppProcess): Promise<Socket> {
  const socket = connect(app.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** A request whose body is on its way. */
async function openRequest(app: AppProcess): Promise<Socket> {
  const socket = await open(app);
  socket.write(
    'POST /refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n',
  );
  socket.write('{"refresh_token":"');
  return socket;
}

/** Resolves when the app takes no more connections. */
async function untilClosed(app: AppProcess): Promise<void> {
  for (;;) {
    const socket = connect(app.port, '127.0.0.1');
    const refused = once(socket, 'error').then(() => true);
    const accepted = once(socket, 'connect').then(() => false);
    if (await Promise.race([refused, accepted.catch(() => true)])) return;
    socket.destroy();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each(['express', 'fastify'])('the end of the app on %s', (platform) => {
  const environment = { HTTP_PLATFORM: platform };

  it('lets requests in flight finish, and waits for no idle connection', async () => {
    const app = await AppProcess.start(environment);
    const agent = new Agent({ keepAlive: true });
    const ping = request(`${app.url}/ping`, { agent, family: 4 }).end();
    const [answer] = await once(ping, 'response');
    answer.resume();
    await once(answer, 'end');
    const silent = await open(app);
    const slow = await openRequest(app);

    const ended = app.stop('SIGTERM');
    await untilClosed(app);
    slow.write('27805:CNf76faa8trMhj"}');
    const [received] = (await once(slow, 'data')) as [Buffer];
    expect(received.toString()).toMatch(/^HTTP\/1\.1 4\d\d /);

    const { code, afterMs } = await ended;
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(5_000);
    agent.destroy();
    for (const socket of [silent, slow]) socket.destroy();
  });

  it('waits for no request that never ends', async () => {
    const app = await AppProcess.start(environment);
    const slow = await openRequest(app);
    const { code, afterMs } = await app.stop('SIGTERM');
    expect(code).toBe(1);
    expect(afterMs).toBeLessThan(10_000);
    expect(app.output).toContain('Some requests did not end in time');
    slow.destroy();
  });
});

describe('the app as a process', () => {
  it('says first where to go and where the codes are, and ends at Ctrl+C', async () => {
    const app = await AppProcess.start();
    expect(app.output.replace(/^Building .*\n/, '').split('\n')).toEqual([
      `Open ${app.url}`,
      `Codes arrive at ${app.issuerUrl}/outbox`,
      expect.stringMatching(/^Database: in memory/),
      expect.stringMatching(/^Warning: COTTER_ENCRYPTION_KEYS is not set/),
      'Platform: express',
      '',
    ]);
    expect((await app.stop('SIGINT')).code).toBe(0);
  });

  it('says in one line which port is taken', async () => {
    const first = await AppProcess.start();
    const second = AppProcess.start({ PORT: String(first.port) });
    await expect(second).rejects.toThrow(
      new RegExp(
        `^the app did not start, exit code 1:\nPORT: something else listens on ${String(first.port)} already[^\n]*\n$`,
      ),
    );
    await first.stop();
  });

  it.each([
    [{ HTTP_PLATFORM: 'koa' }, 'HTTP_PLATFORM must be express or fastify.'],
    [{ COTTER_API_URL: 'http://auth.example.com' }, 'COTTER_API_URL must be an https: URL'],
    [{ COTTER_ENCRYPTION_KEYS: 'hunter2' }, 'COTTER_ENCRYPTION_KEYS must be texts of 32 characters or more'],
    [{ DATABASE_URL: 'postgres://127.0.0.1:1/none' }, 'DATABASE_URL: the database cannot be used: '],
  ])('says in one line what is wrong with %j', async (environment, line) => {
    const start = AppProcess.start(environment);
    await expect(start).rejects.toThrow(new RegExp(`^the app did not start, exit code 1:\n${line}[^\n]*\n$`));
  });
});
