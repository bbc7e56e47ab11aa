import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { findFreePorts } from '../app/free-ports.js';

const ROOT = join(__dirname, '../..');
const FROM_SOURCE = ['--import', '@swc-node/register/esm-register'];
const NAIVE = 'node test/attacks/cli/naive-server.mjs';

jest.setTimeout(90_000);

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  return spawn(process.execPath, [...FROM_SOURCE, 'test/attacks/cli/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** `npm run attack -- ...args`, without npm. */
async function attack(...args: string[]): Promise<Run> {
  const child = start(...args);
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await exited) as [number | null];
  return { code, stdout, stderr };
}

async function freeUrl(): Promise<URL> {
  return new URL(`http://127.0.0.1:${(await findFreePorts()).PORT}`);
}

function isListening({ hostname, port }: URL): Promise<boolean> {
  const socket = connect(Number(port), hostname);
  return Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
    () => false,
  );
}

describe('npm run attack', () => {
  it.each(['express', 'fastify'])('finds nothing that gets into our app on %s', async (platform) => {
    const url = await freeUrl();
    const app = `HTTP_PLATFORM=${platform} node ${FROM_SOURCE.join(' ')} src/app/main.ts`;
    const { code, stdout, stderr } = await attack('--url', url.href, '--strict', '--json', '--spawn', app);
    expect([code, code === 0 ? '' : stderr.slice(-2000)]).toEqual([0, '']);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ failures: [], notes: [], strict: true });
    expect(result['cases']).toBeGreaterThanOrEqual(250);
    expect(result['shots']).toBeGreaterThan(1000);
    expect(stderr).toMatch(/^ {2}COTTER_ISSUER=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(await isListening(url)).toBe(false);
  });

  it('names what gets into a server that believes whatever a token says', async () => {
    const url = await freeUrl();
    const { code, stdout } = await attack('--url', url.href, '--spawn', NAIVE);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^GOT THROUGH {2}header: alg: none without a signature {2}\(at the guard: asks not to be checked\) {2}answered 200$/m,
    );
    expect(stdout).toMatch(/^GOT THROUGH {2}kinds of token: an ID token {2}\(at the login: /m);
    expect(stdout).toMatch(/^header: alg +70 shots +\d+ failed$/m);
    expect(stdout).toMatch(/attacks in 1059 shots at \S+: [1-9]\d+ got through/);
    // What it does refuse is not named.
    expect(stdout).not.toContain("Cotter's own iss");
    expect(await isListening(url)).toBe(false);
  });

  it('fires the families of a name, at the doors that there are', async () => {
    const url = await freeUrl();
    const { code, stdout } = await attack(
      ...['--url', url.href, '--spawn', NAIVE, '--only', 'claims: iss', '--no-login'],
    );
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'claims: iss    27 shots']);
  });

  it('means nothing where a good token does not get in, and says so', async () => {
    const server = createServer((_request, response) => response.writeHead(401).end('go away')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { code, stdout, stderr } = await attack(
      '--url',
      `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    );
    server.close();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('GET /me answered a good token with 401');
    expect(stderr).toContain('--guard');
  });

  it('says why the server did not start', async () => {
    const { code, stderr } = await attack('--url', (await freeUrl()).href, '--spawn', 'exit 7');
    expect(code).toBe(2);
    expect(stderr).toContain('the server did not start: the command ended with 7');
  });

  it.each([
    [[], '--url must be'],
    [['--url', 'ftp://127.0.0.1'], '--url must be'],
    [['--url', 'http://127.0.0.1', '--guard', 'me'], '--guard must be a path'],
    [['--url', 'http://127.0.0.1', '--nonsense'], "Unknown option '--nonsense'"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stdout, stderr } = await attack(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('explains itself', async () => {
    const { code, stdout } = await attack('--help');
    expect(code).toBe(0);
    for (const option of ['--url', '--spawn', '--strict', '--json', '--only', '--no-login', '--issuer-port']) {
      expect(stdout).toContain(option);
    }
  });

  it('leaves no server behind at Ctrl+C, whatever the command has started', async () => {
    const url = await freeUrl();
    const child = start('--url', url.href, '--spawn', `${NAIVE} --silent & wait`);
    let said = '';
    for await (const chunk of child.stderr) {
      said += String(chunk);
      if (said.includes('listening')) break;
    }
    expect(await isListening(url)).toBe(true);
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(await isListening(url)).toBe(false);
  });
});
