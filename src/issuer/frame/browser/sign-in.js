// @ts-check
import { AdditionalFields } from './additional-fields.js';
import { dress } from './appearance.js';
import { browserId } from './browser-id.js';
import { call, RefusalError } from './calls.js';
import { readConfig, readText } from './config.js';
import { Countdown } from './countdown.js';
import { connect, isEmbedded, readParent } from './messages.js';
import { accept, find, findInput, isBusy, onAction, onSubmit, refuse, setBusy, showView } from './page.js';

/** How long a message takes as a rule; asking earlier only costs one of the codes that may be sent. */
const RESEND_AFTER_SECONDS = 30;
/** A page that asks the person something first takes its time; one that has failed never answers. */
const PAGE_TAKES_MS = 20_000;
/** How often a tab asks whether its link has been clicked. */
const POLL_EVERY_MS = 2_000;
const CODE = /^\d{6}$/;

const parent = readParent();
const { type = '', method = '' } = document.body.dataset;
const isCode = method === 'code';
const forms = { identifier: find('[data-form=identifier]'), code: find('[data-form=code]') };
const inputs = { identifier: findInput('#identifier'), code: findInput('#code') };
const fields = new AdditionalFields();
const resend = new Countdown(find('[data-action=resend]'), () =>
  tellPerson(`You can ask for a new ${isCode ? 'code' : 'link'} now.`),
);

/** What the page has been told, and whether its answer is still to come. */
let asked = { identifier: '', clientJson: {}, isOpen: false };
/** Proves that this frame asked for the code. */
let handle = '';
/** @type {number | undefined} */
let patience;
/** @type {number | undefined} */
let nextPoll;
/** Whether a link has led to this page, and is being redeemed. */
let isRedeeming = false;

const tellPage = connect(parent, ({ action, payload, errorMsg }) => {
  switch (action) {
    case 'CONFIG':
      begin(readConfig(payload));
      break;
    case 'HANDLE_MAGIC_LINK_REDIRECT':
      void redeem(payload);
      break;
    case 'CONTINUE_SUBMIT':
      if (asked.isOpen) void sendCode();
      break;
    case 'ON_ERROR':
      refuseIdentifier(readText(errorMsg) || 'This form cannot be used at the moment.');
      break;
    case 'DONE_SUCCESS':
      leaveForms();
      showView('done', { focus: 'h1' });
      break;
    case 'DONE_ERROR':
      fail('The application did not accept the sign-in. Please start again.');
      break;
  }
});

onSubmit(forms.identifier, () => void submitIdentifier());
onSubmit(forms.code, () => void submitCode());
onAction('resend', () => void sendAnotherCode());
onAction('restart', startAgain);

if (isEmbedded()) {
  find('[data-waiting]').textContent = 'One moment …';
  tellPage('FIRST_LOAD');
} else {
  find('[data-waiting]').textContent = 'This form works inside a page of an application only.';
}

/** @param {import('./config.js').Config} config */
function begin(config) {
  dress(config);
  fields.show(config.additionalFields);
  inputs.identifier.value = config.initialValue || (type === 'PHONE' ? config.countryCode : '');
  inputs.identifier.readOnly = config.isFixed;
  // The page has the focus: a form that takes it unasked would scroll the page, and interrupt whoever reads it.
  if (!isRedeeming) showView('identifier');
  tellPage('LOADED');
  if (config.skipWith === '' || isRedeeming) return;
  inputs.identifier.value = config.skipWith;
  void submitIdentifier();
}

/** The page is asked before anything is sent: it may refuse, or sign the person in by other means. */
async function submitIdentifier() {
  accept(inputs.identifier);
  const answers = fields.read();
  if (answers === null) return;
  setBusy(forms.identifier, true);
  try {
    const { identifier, identifier_type } = await call('identifier', { identifier: inputs.identifier.value });
    asked = { identifier, clientJson: answers, isOpen: true };
    tellPage('ON_BEGIN', {
      identifier,
      identifier_type,
      device_type: 'BROWSER',
      device_name: navigator.userAgent,
      // No browser is remembered here.
      auth_required: true,
      client_json: answers,
    });
    patience = window.setTimeout(() => setBusy(forms.identifier, false), PAGE_TAKES_MS);
  } catch (error) {
    refuseIdentifier(inWords(error));
  }
}

async function sendCode() {
  clearTimeout(patience);
  asked.isOpen = false;
  setBusy(forms.identifier, true);
  try {
    const { identifier, clientJson } = asked;
    const body = { identifier, browser: browserId(), client_json: JSON.stringify(clientJson) };
    ({ handle } = await call('begin', body));
    setBusy(forms.identifier, false);
    showCodeView();
  } catch (error) {
    refuseIdentifier(inWords(error));
  }
}

function showCodeView() {
  find('[data-identifier]').textContent = asked.identifier;
  inputs.code.value = '';
  accept(inputs.code);
  resend.start(RESEND_AFTER_SECONDS);
  showView('code', { focus: isCode ? 'input' : 'h1' });
  if (method === 'link-to-tab') waitForClick();
}

function waitForClick() {
  clearTimeout(nextPoll);
  nextPoll = window.setTimeout(() => void poll(), POLL_EVERY_MS);
}

/** The link has been asked for here, and may be clicked anywhere. */
async function poll() {
  const polled = handle;
  try {
    const answer = await call('poll', { handle });
    if (handle !== polled) return;
    if (answer['state'] === 'waiting') waitForClick();
    else submit(answer, asked.clientJson);
  } catch (error) {
    if (handle !== polled) return;
    if (error instanceof RefusalError && error.code === 'no_answer') waitForClick();
    else fail(inWords(error));
  }
}

/**
 * A link has led to this page, which has what it brought.
 *
 * @param {any} brought
 */
async function redeem(brought) {
  isRedeeming = true;
  try {
    const body = { challenge: String(brought?.challenge), challenge_id: String(brought?.challenge_id) };
    submit(await call('redeem', body), Object(brought?.client_json));
  } catch (error) {
    isRedeeming = false;
    refuseIdentifier(inWords(error));
  }
}

/**
 * The page answers with DONE_SUCCESS or DONE_ERROR.
 *
 * @param {Record<string, unknown>} verified
 * @param {object} clientJson
 */
function submit(verified, clientJson) {
  tellPage('ON_SUBMIT_AUTHORIZATION_CODE', { ...verified, client_json: clientJson });
}

async function submitCode() {
  accept(inputs.code);
  const code = inputs.code.value.replace(/[\s-]/g, '');
  if (!CODE.test(code)) {
    refuse(inputs.code, 'Enter the 6 digits that we sent you.');
    return;
  }
  setBusy(forms.code, true);
  try {
    const verified = await call('code', { handle, code });
    tellPerson('The code is right. You are being signed in.');
    submit(verified, asked.clientJson);
  } catch (error) {
    setBusy(forms.code, false);
    refuse(inputs.code, inWords(error));
    if (error instanceof RefusalError && error.code === 'code_closed') resend.stop();
  }
}

async function sendAnotherCode() {
  if (isBusy(forms.code)) return;
  setBusy(forms.code, true);
  try {
    ({ handle } = await call('resend', { handle }));
    showCodeView();
    tellPerson(`A new ${isCode ? 'code' : 'link'} is on its way. The one before has stopped working.`);
  } catch (error) {
    if (isCode) refuse(inputs.code, inWords(error));
    else fail(inWords(error));
  } finally {
    setBusy(forms.code, false);
  }
}

function startAgain() {
  leaveForms();
  showView('identifier', { focus: 'input' });
}

/** @param {string} text */
function refuseIdentifier(text) {
  leaveForms();
  showView('identifier');
  refuse(inputs.identifier, text);
}

/** @param {string} text */
function fail(text) {
  leaveForms();
  find('[data-failure]').textContent = text;
  showView('failed', { focus: 'h1' });
}

function leaveForms() {
  clearTimeout(patience);
  clearTimeout(nextPoll);
  asked.isOpen = false;
  resend.stop();
  for (const form of Object.values(forms)) setBusy(form, false);
}

/** Said to whoever does not see it. @param {string} text */
function tellPerson(text) {
  find('[data-news]').textContent = text;
}

/** @param {unknown} error */
function inWords(error) {
  if (error instanceof RefusalError) return error.message;
  throw error;
}
