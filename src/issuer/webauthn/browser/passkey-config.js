// @ts-check
import { readText } from '../../frame/browser/config.js';
import { methodName } from './method-name.js';

/**
 * What the page wants the frame to say. The `theme` of the SDK is always the same colour, which nobody has chosen, so it is let be.
 *
 * @typedef {object} PasskeyConfig
 * @property {string} title
 * @property {string} subtitle
 * @property {string} button
 * @property {string} buttonSkip
 * @property {string} waiting
 * @property {string} error why it cannot be done at all, where the page knows already
 */

/** @type {Record<string, Omit<PasskeyConfig, 'error'>>} */
const DEFAULTS = {
  LOGIN: {
    title: 'Sign in with {{method}}',
    subtitle: 'Your device checks that it is you. Nothing to type.',
    button: 'Sign in with {{method}}',
    buttonSkip: 'Send {{alternative}} to {{identifier}} instead',
    waiting: 'Go on in the dialog of your browser.',
  },
  REGISTRATION: {
    title: 'Sign in faster the next time',
    subtitle: 'Set up {{method}}, and sign in without a code.',
    button: 'Set up {{method}}',
    buttonSkip: 'Not now',
    waiting: 'Go on in the dialog of your browser.',
  },
};

/**
 * @param {unknown} payload of `CONFIG`
 * @param {string} purpose `LOGIN` or `REGISTRATION`
 * @returns {PasskeyConfig}
 */
export function readPasskeyConfig(payload, purpose) {
  const given = membersOf(payload);
  const texts = membersOf(given[purpose === 'LOGIN' ? 'loginText' : 'registrationText']);
  const defaults = DEFAULTS[purpose === 'LOGIN' ? 'LOGIN' : 'REGISTRATION'];
  const values = {
    method: methodName(),
    identifier: readText(given['identifier']) || 'you',
    alternative: readText(given['alternativeMethod']) || 'a code',
  };
  const text = (/** @type {keyof Omit<PasskeyConfig, 'error'>} */ name) =>
    fill(readText(texts[name]) || (defaults?.[name] ?? ''), values);
  return {
    title: text('title'),
    subtitle: text('subtitle'),
    button: text('button'),
    buttonSkip: text('buttonSkip'),
    waiting: text('waiting'),
    error: readText(given['errorDisplay']),
  };
}

/**
 * Fills the names in double braces with what they stand for, once: what is filled in is text, whatever it looks like.
 *
 * @param {string} text
 * @param {Readonly<Record<string, string>>} values
 */
function fill(text, values) {
  return text.replace(/\{\{(\w+)\}\}/g, (all, name) => values[name] ?? all);
}

/**
 * @param {unknown} value
 * @returns {Readonly<Record<string, unknown>>}
 */
function membersOf(value) {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
