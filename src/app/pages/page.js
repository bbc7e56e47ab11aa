/** Everything that the page shows goes through here; text is only ever set as text. */

const card = document.querySelector('.card');

/** @param {string} name @returns {HTMLElement} the element that has the attribute `data-{name}` */
export function element(name) {
  return document.querySelector(`[data-${name}]`);
}

/** @param {string} name @param {string} text */
export function setText(name, text) {
  const target = element(name);
  // Screen readers announce a status again where it is written again.
  if (target.textContent !== text) target.textContent = text;
}

/** @param {string} name @param {boolean} visible */
export function setVisible(name, visible) {
  element(name).hidden = !visible;
}

/** @param {string} name @returns {boolean} */
export function isShown(name) {
  return !viewOf(name).hidden;
}

/**
 * Shows one view of the card. Its heading gets the focus where something has happened, so that a screen reader reads on there.
 *
 * @param {'signed-out' | 'outage' | 'profile'} name
 * @param {{ focus?: boolean }} [options]
 */
export function showView(name, { focus = false } = {}) {
  for (const view of document.querySelectorAll('[data-view]')) view.hidden = view.dataset.view !== name;
  card.setAttribute('aria-busy', 'false');
  if (focus) viewOf(name).querySelector('h1').focus();
}

/** @param {readonly string[]} done names of steps; the others are marked as not done */
export function markSteps(done) {
  for (const step of document.querySelectorAll('[data-step]')) {
    const isDone = done.includes(step.dataset.step);
    if (isDone === step.classList.contains('done')) continue;
    step.classList.toggle('done', isDone);
    if (isDone) step.querySelector('b').append(hiddenText(' (done)'));
    else step.querySelector('.visually-hidden')?.remove();
  }
}

/**
 * Runs an action at a click. While it runs the button says so, keeps the focus, and does nothing more.
 *
 * @param {HTMLElement} button
 * @param {() => Promise<void>} action
 */
export function onClick(button, action) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    try {
      await action();
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
}

function viewOf(name) {
  return document.querySelector(`[data-view="${name}"]`);
}

function hiddenText(text) {
  const span = document.createElement('span');
  span.className = 'visually-hidden';
  span.textContent = text;
  return span;
}
