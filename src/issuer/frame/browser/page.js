// @ts-check
/** What the frames show goes through here; text is only ever set as text. */

/**
 * @param {string} selector
 * @returns {HTMLElement} the first that it matches; the page and its script come together, so there is one
 */
export function find(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`There is no ${selector} in this page`);
  return found;
}

/**
 * @param {string} selector
 * @returns {HTMLInputElement}
 */
export function findInput(selector) {
  const found = find(selector);
  if (!(found instanceof HTMLInputElement)) throw new Error(`${selector} is no input`);
  return found;
}

/**
 * Shows one view. What happens next is where the focus goes: a field, or the heading where there is nothing to type.
 *
 * @param {string} name
 * @param {{ focus?: string }} [options] what gets the focus, within the view
 */
export function showView(name, { focus } = {}) {
  for (const view of document.querySelectorAll('[data-view]')) {
    if (view instanceof HTMLElement) view.hidden = view.dataset['view'] !== name;
  }
  if (focus !== undefined) find(`[data-view="${name}"] ${focus}`).focus();
}

/**
 * Says what is wrong with a field, and leads back to it.
 *
 * @param {HTMLInputElement} input with an element for its errors, by its id and `-error`
 * @param {string} text
 */
export function refuse(input, text) {
  const error = find(`#${input.id}-error`);
  // Written anew, so that a screen reader says it once more.
  error.textContent = '';
  error.textContent = text;
  input.setAttribute('aria-invalid', 'true');
  input.focus();
  input.select();
}

/** @param {HTMLInputElement} input */
export function accept(input) {
  find(`#${input.id}-error`).textContent = '';
  input.removeAttribute('aria-invalid');
}

/**
 * Marks a form as busy, or as ready again. Its button keeps the focus, and {@link onSubmit} lets nothing through meanwhile.
 *
 * @param {HTMLElement} form
 * @param {boolean} isBusy
 */
export function setBusy(form, isBusy) {
  form.setAttribute('aria-busy', String(isBusy));
  form.querySelector('[type=submit]')?.setAttribute('aria-disabled', String(isBusy));
}

/**
 * @param {HTMLElement} form
 * @returns {boolean}
 */
export function isBusy(form) {
  return form.getAttribute('aria-busy') === 'true';
}

/**
 * @param {HTMLElement} form
 * @param {() => void} submit
 */
export function onSubmit(form, submit) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isBusy(form)) submit();
  });
}

/**
 * @param {string} action of all elements that have it as `data-action`
 * @param {() => void} run
 */
export function onAction(action, run) {
  for (const element of document.querySelectorAll(`[data-action="${action}"]`)) {
    element.addEventListener('click', () => {
      if (element.getAttribute('aria-disabled') !== 'true') run();
    });
  }
}
