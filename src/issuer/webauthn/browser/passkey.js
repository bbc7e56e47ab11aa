// @ts-check
import { readText } from '../../frame/browser/config.js';
import { connect, isEmbedded, readParent } from '../../frame/browser/messages.js';
import { find, isBusy, onAction, onSubmit, setBusy, showView } from '../../frame/browser/page.js';
import { readPasskeyConfig } from './passkey-config.js';

const purpose = document.body.dataset['purpose'] === 'LOGIN' ? 'LOGIN' : 'REGISTRATION';
const form = find('[data-form=passkey]');
const news = find('[data-news]');
let waiting = '';

const tellPage = connect(readParent(), ({ action, payload }) => {
  if (action === 'CONFIG') begin(readPasskeyConfig(payload, purpose));
  else if (action === 'ERROR_DISPLAY') fail(readRefusal(payload));
});

onSubmit(form, () => {
  showError('', '');
  setBusy(form, true);
  news.textContent = waiting;
  // The page takes it from here: it shows this frame an error, or takes it away.
  if (purpose === 'REGISTRATION') tellPage('BEGIN_WEBAUTHN_REGISTRATION');
  // The key was that of a browser that Cotter remembered. None is remembered here, and the SDK wants the member to be there.
  else tellPage('BEGIN_WEBAUTHN_LOGIN', { publicKey: '' });
});
onAction('skip', () => tellPage('SKIP_WEBAUTHN'));

if (isEmbedded()) {
  find('[data-waiting]').textContent = 'One moment …';
  tellPage('FIRST_LOAD');
} else {
  find('[data-waiting]').textContent = 'This form works inside a page of an application only.';
}

/** @param {import('./passkey-config.js').PasskeyConfig} config */
function begin(config) {
  for (const name of /** @type {const} */ (['title', 'subtitle', 'button', 'buttonSkip'])) {
    find(`[data-text=${name}]`).textContent = config[name];
  }
  waiting = config.waiting;
  // Where the page knows that it cannot be done, there is nothing to try.
  form.hidden = config.error !== '';
  showError(config.error, '');
  // The dialog has taken over the page, so the focus is here.
  showView('ask', { focus: 'h1' });
  tellPage('LOADED');
}

/** @param {{ error: string, link: string }} refusal */
function fail({ error, link }) {
  const wasBusy = isBusy(form);
  setBusy(form, false);
  news.textContent = '';
  showError(error, link);
  if (wasBusy) find('[data-text=button]').focus();
}

/**
 * @param {string} text
 * @param {string} link to an explanation
 */
function showError(text, link) {
  const anchor = document.createElement('a');
  Object.assign(anchor, { href: link, textContent: 'How to do that', target: '_blank', rel: 'noopener noreferrer' });
  find('[data-error]').replaceChildren(...(link === '' ? [text] : [text, ' ', anchor]));
}

/**
 * @param {unknown} payload of `ERROR_DISPLAY`
 * @returns {{ error: string, link: string }}
 */
function readRefusal(payload) {
  const { error = '', errorLink = '' } = Object(payload);
  const isLink = typeof errorLink === 'string' && URL.canParse(errorLink) && new URL(errorLink).protocol === 'https:';
  return { error: readText(error) || 'That did not work. Please try again.', link: isLink ? errorLink : '' };
}
