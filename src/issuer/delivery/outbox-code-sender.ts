import { CodeSender, type CodeMessage } from './code-sender.js';

/** Keeps codes in memory instead of sending them, for whoever develops at this machine. */
export class OutboxCodeSender extends CodeSender {
  readonly #messages: CodeMessage[] = [];

  /** @param capacity - How many messages are kept; the oldest go first. */
  constructor(private readonly capacity = 1000) {
    super();
  }

  /** Oldest first. */
  get messages(): readonly CodeMessage[] {
    return this.#messages;
  }

  send(message: CodeMessage): Promise<void> {
    this.#messages.push(message);
    if (this.#messages.length > this.capacity) this.#messages.shift();
    return Promise.resolve();
  }
}
