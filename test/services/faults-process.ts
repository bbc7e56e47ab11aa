import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { FaultsOrder, FaultsTask, FaultsWord } from './faults-app.js';

const ROOT = join(__dirname, '..', '..');

/** An application in a process of its own, which can be ended in many ways. */
export class FaultsProcess {
  readonly #child: ChildProcess;
  readonly #words: FaultsWord[] = [];
  #output = '';
  #lastOrder = 0;
  #wake: () => void = () => undefined;
  #url = '';

  private constructor(task: FaultsTask) {
    const script = join(__dirname, 'faults-app.ts');
    this.#child = spawn(
      process.execPath,
      ['--import', '@swc-node/register/esm-register', script, JSON.stringify(task)],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data: Buffer) => (this.#output += data.toString()));
    }
    this.#child.on('message', (word: FaultsWord) => {
      this.#words.push(word);
      this.#wake();
    });
    this.#child.once('exit', () => {
      this.#wake();
    });
  }

  /** Resolves when it listens. */
  static async start(task: FaultsTask): Promise<FaultsProcess> {
    const started = new FaultsProcess(task);
    await started.#until((word) => {
      if ('url' in word) started.#url = word.url;
      return 'url' in word;
    });
    return started;
  }

  /** Where it listens. */
  get url(): string {
    return this.#url;
  }

  /** Resolves when the order is carried out. */
  async order(order: FaultsOrder): Promise<void> {
    const id = ++this.#lastOrder;
    this.#child.send({ id, ...order });
    const done = await this.#until((word) => 'done' in word && word.done === id);
    if ('error' in done) throw new Error(done.error);
  }

  /** Resolves when it stands still at this session, as it was ordered to. */
  async untilItStands(handle: string): Promise<void> {
    await this.#until((word) => 'stands' in word && word.stands === handle);
  }

  /** Stops it in the middle of whatever it does: it reads nothing and writes nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** @returns how it has ended: by an exit code or by a signal. */
  async end(signal: NodeJS.Signals): Promise<number | string | null> {
    if (!this.#hasEnded) {
      const ended = once(this.#child, 'exit');
      this.#child.kill(signal);
      await ended;
    }
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #until(isIt: (word: FaultsWord) => boolean): Promise<FaultsWord> {
    for (;;) {
      const word = this.#words.find(isIt);
      if (word !== undefined) return word;
      if (this.#hasEnded) throw new Error(`the process has ended: ${this.#output}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
