/** Runs something again and again, never twice at once, without keeping the process alive. */
export class RepeatingTask {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  /** How often it was hastened. */
  #calls = 0;
  #closed = false;

  /** @param run - Gives the milliseconds until the next time. It never rejects. */
  constructor(private readonly run: () => Promise<number>) {}

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Runs at once, or as soon as the run that is going on has ended. */
  hasten(): void {
    if (this.#closed) return;
    this.#calls++;
    if (this.#running !== null) return;
    clearTimeout(this.#timer);
    this.#running = this.#runOnce();
  }

  /** Runs after a while for the first time. */
  startIn(delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.hasten();
    }, delayMs);
    this.#timer.unref();
  }

  /** Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #runOnce(): Promise<void> {
    const calls = this.#calls;
    const delayMs = await this.run();
    this.#running = null;
    if (this.#calls > calls) this.hasten();
    else this.startIn(delayMs);
  }
}
