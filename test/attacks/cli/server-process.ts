import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const STOP_WITHIN_MS = 10_000;

/** A server that was started by a command, with everything that the command has started. */
export class ServerProcess {
  readonly #child: ChildProcess;
  #ended: string | null = null;
  #muted = false;

  /** What the server prints goes to stderr, since stdout is the result. */
  constructor(command: string, environment: Readonly<Record<string, string>>) {
    // A process group of its own: npm, a shell and the server all have to end with it.
    this.#child = spawn(command, {
      shell: true,
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        if (!this.#muted) process.stderr.write(chunk);
      });
    }
    this.#child.on('exit', (code, signal) => (this.#ended = `the command ended with ${String(code ?? signal)}`));
    this.#child.on('error', (error) => (this.#ended = error.message));
  }

  /** Why it does not run any more; `null` while it does. */
  get ended(): string | null {
    return this.#ended;
  }

  /** A server that logs each refusal has nothing more to tell from here on. */
  mute(): void {
    this.#muted = true;
  }

  /** Ends the whole group: asks first, and kills what is still there after ten seconds. */
  async stop(): Promise<void> {
    if (!this.#signal('SIGTERM')) return;
    const deadline = setTimeout(() => this.#signal('SIGKILL'), STOP_WITHIN_MS);
    if (this.#ended === null) await once(this.#child, 'exit');
    clearTimeout(deadline);
    // The shell is gone; whatever it has left behind goes too.
    this.#signal('SIGKILL');
  }

  /** @returns whether there was anything left to signal. */
  #signal(signal: NodeJS.Signals): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  }
}
