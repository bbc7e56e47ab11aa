import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * V8 allocates the objects of a place in the code among the old ones for good, once it has seen enough of them survive. Whether it does so for
 * what a request is made of depends on how the first requests of a process happened to fall together, and where it does, every answer takes
 * half as long again, whichever guard stands before it. Nobody's figures should hang on that.
 */
const SAME_FOR_ALL = ['--no-allocation-site-pretenuring'];

/** A process of the benchmark's own, whose functions (see `serve.mjs`) are called by name. */
export class Child {
  #process;
  #calls = new Map();
  #lastCall = 0;

  /** @param file - As a URL; it calls `serve()` once it is ready. */
  static async start(file, settings = {}, execArgv = []) {
    const child = new Child(file, settings, execArgv);
    child.ready = await child.#expect('ready');
    return child;
  }

  constructor(file, settings, execArgv) {
    this.#process = fork(fileURLToPath(file), [JSON.stringify(settings)], {
      execArgv: [...SAME_FOR_ALL, ...execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', ({ id, result, error }) => {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(error));
    });
    this.#process.on('exit', (code, signal) => {
      for (const { reject } of this.#calls.values())
        reject(new Error(`${fileURLToPath(file)} ended: ${code ?? signal}`));
    });
  }

  call(name, parameters) {
    const id = ++this.#lastCall;
    const answer = this.#expect(id);
    this.#process.send({ id, name, parameters });
    return answer;
  }

  async stop() {
    const exit = once(this.#process, 'exit');
    this.#process.disconnect();
    await exit;
  }

  #expect(id) {
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
  }
}
