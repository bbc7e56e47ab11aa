// @ts-check
import { cssOf, isReadable, parseColour, textOn } from './colours.js';
import { find } from './page.js';

/**
 * Dresses the form as the page wants it, as long as it can be read.
 *
 * @param {import('./config.js').Config} config
 */
export function dress({ buttonText, colours, links }) {
  if (buttonText !== '') find('[data-button-text]').textContent = buttonText;
  const { ground, text, line, error } = colours;
  if (ground !== null) {
    setColour('button', ground);
    setColour('on-button', text !== null && isReadable(text, ground) ? text : textOn(ground));
  }
  if (line !== null) setColour('button-line', line);
  if (error !== null) whereItCanBeRead('danger', error);
  showLinks(links);
}

/**
 * @param {string} name of a custom property of the style sheet
 * @param {import('./colours.js').Colour | null} colour
 */
function setColour(name, colour) {
  document.body.style.setProperty(`--${name}`, colour === null ? null : cssOf(colour));
}

/**
 * The ground of errors is another in the dark.
 *
 * @param {string} name
 * @param {import('./colours.js').Colour} colour
 */
function whereItCanBeRead(name, colour) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const choose = () => {
    const ground = parseColour(getComputedStyle(document.body).getPropertyValue(`--${name}-ground`));
    setColour(name, ground !== null && isReadable(colour, ground) ? colour : null);
  };
  dark.addEventListener('change', choose);
  choose();
}

/** @param {{ terms: string, privacy: string }} links */
function showLinks({ terms, privacy }) {
  const links = [linkTo(terms, 'terms of service'), linkTo(privacy, 'privacy policy')].filter((link) => link !== null);
  const [first, second] = links;
  if (first === undefined) return;
  const legal = find('[data-legal]');
  legal.replaceChildren(
    'By going on you agree to the ',
    first,
    ...(second === undefined ? [] : [' and the ', second]),
    '.',
  );
  legal.hidden = false;
}

/**
 * @param {string} url
 * @param {string} text
 */
function linkTo(url, text) {
  if (url === '') return null;
  const link = document.createElement('a');
  Object.assign(link, { href: url, textContent: text, target: '_blank', rel: 'noopener noreferrer' });
  return link;
}
