// @ts-check
/**
 * What a frame and the page around it tell each other: JSON texts, by `postMessage`. They go to the one origin that the application
 * registered, and are taken from that origin and the window around this one alone.
 */

/**
 * Something the page says.
 *
 * @typedef {object} PageMessage
 * @property {string} action
 * @property {unknown} [payload]
 * @property {unknown} [errorMsg]
 */

/**
 * Starts to listen.
 *
 * @param {{ readonly origin: string, readonly id: string }} parent as the body's `data-` attributes name it
 * @param {(message: PageMessage) => void} listener
 * @returns {(event: string, payload?: unknown) => void} tells the page
 */
export function connect({ origin, id }, listener) {
  addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== origin) return;
    const message = parse(event.data);
    if (message !== null) listener(message);
  });
  return (event, payload) => {
    window.parent.postMessage(JSON.stringify({ callbackName: `${id}${event}`, payload }), origin);
  };
}

/** @returns {boolean} whether there is a page around this one to talk to */
export function isEmbedded() {
  return window.parent !== window;
}

/**
 * The page around this one, as the server has checked it.
 *
 * @returns {{ origin: string, id: string, state: string }}
 */
export function readParent() {
  const { origin = '', id = '', state = '' } = document.body.dataset;
  return { origin, id, state };
}

/**
 * @param {unknown} data
 * @returns {PageMessage | null}
 */
function parse(data) {
  if (typeof data !== 'string') return null;
  try {
    const message = JSON.parse(data);
    return typeof message?.action === 'string' ? message : null;
  } catch {
    // Some other script's message.
    return null;
  }
}
