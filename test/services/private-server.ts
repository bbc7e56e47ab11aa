import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

/** How a server is started, and how it goes. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  /** What it prints when it takes connections. */
  readonly isReady: RegExp;
}

/** A database server of a test's own: a process that may be stopped, killed and frozen, and that comes back at the same address. */
export class PrivateServer {
  #child: ChildProcess | null = null;

  /**
   * @param url - Of what the tests use in it.
   * @param signals - `stop` as an administrator would, `crash` without warning: what was answered has to be there afterwards all the same.
   * @param remove - Takes its files away.
   */
  constructor(
    readonly name: string,
    readonly url: string,
    private readonly program: ServerProgram,
    private readonly signals: { readonly stop: NodeJS.Signals; readonly crash: NodeJS.Signals },
    private readonly remove: () => void,
  ) {}

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const { command, args, options, isReady } = this.program;
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (data: Buffer) => {
          output = (output + data.toString()).slice(-4_000);
          if (isReady.test(output)) resolve();
        });
      }
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`${this.name} did not start: ${output}`));
      });
    });
  }

  stop(): Promise<void> {
    return this.#end(this.signals.stop);
  }

  crash(): Promise<void> {
    return this.#end(this.signals.crash);
  }

  /** Lets it do nothing at all: connections stand, and nobody answers. */
  freeze(): void {
    for (const pid of this.#pids()) process.kill(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.#pids()) process.kill(pid, 'SIGCONT');
  }

  async destroy(): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) {
      this.thaw();
      await this.crash();
    }
    this.remove();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** With its own children: PostgreSQL has one for each connection. */
  #pids(): number[] {
    const pid = this.#child?.pid;
    if (pid === undefined) return [];
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
  }
}

/** A port of the loopback interface that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
