// @ts-check
import { accept, find, refuse } from './page.js';

const MAX_LENGTH = 1000;

/** What else a page wants to know of the person; it gets the answers with the tokens, and nobody checks them. */
export class AdditionalFields {
  /** @type {{ name: string, label: string, input: HTMLInputElement }[]} */
  #fields = [];

  /** @param {readonly import('./config.js').AdditionalField[]} fields */
  show(fields) {
    this.#fields = fields.map(({ name, label, type, placeholder, initialValue }, index) => {
      const input = document.createElement('input');
      Object.assign(input, { id: `field-${index}`, type, placeholder, required: true, maxLength: MAX_LENGTH });
      input.value = initialValue;
      input.setAttribute('aria-describedby', `${input.id}-error`);
      return { name, label, input };
    });
    find('[data-fields]').replaceChildren(...this.#fields.flatMap(elementsOf));
  }

  /** @returns {Record<string, string> | null} the answers by name; `null` where one is missing, which is said beside it */
  read() {
    const isFilled = (/** @type {HTMLInputElement} */ input) => input.value.trim() !== '' && !input.validity.badInput;
    for (const { input } of this.#fields) accept(input);
    const missing = this.#fields.find(({ input }) => !isFilled(input));
    if (missing !== undefined) {
      refuse(missing.input, `Fill this in: ${missing.label}.`);
      return null;
    }
    return Object.fromEntries(this.#fields.map(({ name, input }) => [name, input.value.trim()]));
  }
}

/** @param {{ label: string, input: HTMLInputElement }} field */
function elementsOf({ label, input }) {
  const error = document.createElement('p');
  Object.assign(error, { id: `${input.id}-error`, className: 'error' });
  error.setAttribute('role', 'alert');
  const name = document.createElement('label');
  Object.assign(name, { htmlFor: input.id, textContent: label });
  return [name, input, error];
}
