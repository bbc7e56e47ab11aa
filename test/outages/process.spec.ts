import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { json, ScriptedServer } from '../fixtures/scripted-server.js';
import { createIssuerKey } from './issuer-key.js';

// A bomb takes a second to unpack, and several on a busy machine.
jest.setTimeout(30_000);

const ROOT = join(__dirname, '../..');

describe('a process that has verified its token', () => {
  it('ends by itself: no timer, no socket, no thread of the package holds it back', async () => {
    const server = await ScriptedServer.start();
    const key = createIssuerKey('key');
    // The connection stays open for longer than the test lasts, if it is up to the server.
    server.play(json(200, { keys: [key.published] }, { connection: 'keep-alive', 'keep-alive': 'timeout=600' }));
    const child = spawn(
      process.execPath,
      [
        ...['--import', '@swc-node/register/esm-register', join(__dirname, 'short-lived.ts')],
        ...[`${server.url}/jwks`, server.url, 'audience', key.token(server.url, 'audience')],
      ],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const output: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    const verified = once(child.stdout, 'data').then(() => performance.now());
    const [code] = (await once(child, 'close')) as [number | null];
    const lingeredMs = performance.now() - (await verified);
    expect([code, output.join('')]).toEqual([0, `verified subject of ${server.url}\n`]);
    // Less than the deadline of the fetch, whose timer would hold it for three seconds.
    expect(lingeredMs).toBeLessThan(2_000);
    await server.close();
  }, 60_000);
});
