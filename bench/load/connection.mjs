import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

/**
 * One keep-alive connection that sends requests made before, one after another, and reads no more of the answers than their status and
 * length: a generator that is this lean leaves the machine to the server.
 */
export class Connection {
  #socket;
  #pending = '';
  #sentAt = 0;
  #onAnswer = null;
  #onFailure = null;

  static open(port) {
    return new Promise((resolve, reject) => {
      const connection = new Connection(port, () => resolve(connection), reject);
    });
  }

  constructor(port, onOpen, onFailure) {
    const buffer = Buffer.allocUnsafe(64 * 1024);
    const callback = (length) => {
      this.#read(buffer.latin1Slice(0, length));
      return true;
    };
    this.#onFailure = onFailure;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } }, onOpen);
    this.#socket.on('error', (error) => this.#onFailure?.(error));
    this.#socket.on('close', () => this.#onFailure?.(new Error('the server closed a connection')));
  }

  /** @param onAnswer - Called with the status and the milliseconds that the answer took. */
  send(request, onAnswer, onFailure) {
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
    this.#sentAt = performance.now();
    this.#socket.write(request);
  }

  close() {
    this.#onFailure = null;
    this.#socket.destroy();
  }

  #read(text) {
    const answer = this.#pending === '' ? text : this.#pending + text;
    const end = answer.indexOf('\r\n\r\n');
    const length = end === -1 ? Infinity : Number(/\r\ncontent-length: *(\d+)/i.exec(answer)?.[1] ?? Infinity);
    if (answer.length < end + 4 + length) {
      this.#pending = answer;
      return;
    }
    this.#pending = '';
    this.#onAnswer(Number(answer.slice(9, 12)), performance.now() - this.#sentAt);
  }
}
