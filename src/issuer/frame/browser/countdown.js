// @ts-check
const TICK_MS = 1_000;

/** Keeps a button from being used for a while, and shows how long that takes. */
export class Countdown {
  /** @type {number | undefined} */
  #timer;
  #text;

  /**
   * @param {HTMLElement} button
   * @param {() => void} ended
   */
  constructor(button, ended) {
    this.button = button;
    this.ended = ended;
    this.#text = button.textContent ?? '';
  }

  /** @param {number} seconds */
  start(seconds) {
    clearInterval(this.#timer);
    const endsAt = performance.now() + seconds * 1000;
    this.button.setAttribute('aria-disabled', 'true');
    const tick = () => {
      const left = Math.ceil((endsAt - performance.now()) / 1000);
      if (left > 0) {
        this.button.textContent = `${this.#text} (${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')})`;
        return;
      }
      this.stop();
      this.ended();
    };
    this.#timer = window.setInterval(tick, TICK_MS);
    tick();
  }

  /** The button is free at once. */
  stop() {
    clearInterval(this.#timer);
    this.button.textContent = this.#text;
    this.button.removeAttribute('aria-disabled');
  }
}
