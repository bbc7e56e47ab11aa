import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { findFreePorts } from '../app/free-ports.js';

const ROOT = join(__dirname, '..', '..');

/** The app as a person starts it: `npm start` without npm, which builds it where it must, on ports of its own. */
export class AppProcess {
  readonly url: string;
  readonly issuerUrl: string;
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    issuerPort: number,
    publicUrl = `http://localhost:${String(port)}`,
  ) {
    this.url = publicUrl;
    this.issuerUrl = `http://localhost:${String(issuerPort)}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  /** @param environment - On top of an environment that has nothing in it but what Node needs. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<AppProcess> {
    const ports = await findFreePorts();
    const child = spawn(process.execPath, [join(ROOT, 'tools', 'start.mjs')], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...ports, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const app = new AppProcess(child, Number(ports.PORT), Number(ports.ISSUER_PORT), environment['PUBLIC_URL']);
    await app.#untilItPrints(/^Platform: /m);
    return app;
  }

  get output(): string {
    return this.#output;
  }

  /** @returns the exit code, and how long the end took. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; afterMs: number }> {
    const startedAt = performance.now();
    if (this.child.exitCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill(signal);
      await exited;
    }
    return { code: this.child.exitCode, afterMs: performance.now() - startedAt };
  }

  async #untilItPrints(line: RegExp): Promise<void> {
    while (!line.test(this.#output)) {
      const ended = once(this.child, 'close').then(() => true);
      const printed = this.child.stdout === null ? ended : once(this.child.stdout, 'data').then(() => false);
      if (await Promise.race([ended, printed])) {
        throw new Error(`the app did not start, exit code ${String(this.child.exitCode)}:\n${this.#output}`);
      }
    }
  }
}
