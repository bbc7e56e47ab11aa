import { call, OutageError, RefusalError } from './http.js';
import { markSteps, onAction, runOnce, setAlert, setText, setVisible, showView } from './page.js';
import { canMakeChallenges } from './pkce.js';
import { Profile } from './profile.js';
import { Session } from './session.js';
import { beginSignIn, ReturnedSignIn, SignInError, takeIssuerAnswer } from './sign-in.js';
import { onTokensChangedElsewhere, writeTokens } from './token-store.js';

// First of all, before anything can be slow: the code leaves the address bar.
const answer = takeIssuerAnswer();

const { settings, problem } = await loadSettings();
const session = new Session(settings);
const profile = new Profile(session, showSignedOut);
/** @type {ReturnedSignIn | null} */
let returned = null;

showOutbox();
wireControls();
await start();

/** Nothing can be signed in without them; the page still says what is wrong, and a reload asks again. */
async function loadSettings() {
  try {
    return { settings: (await call('GET', 'config.json')).body, problem: '' };
  } catch {
    return { settings: {}, problem: 'The app does not answer. Reload the page to try again.' };
  }
}

async function start() {
  if (answer !== null && session.tokens === null) await finishSignIn();
  else if (session.tokens !== null) await profile.open();
  else showSignedOut('', { focus: false });
  if (problem !== '') setAlert('signed-out', problem);
}

function showOutbox() {
  if (!settings.outboxUrl) return;
  for (const link of document.querySelectorAll('[data-outbox]')) {
    link.href = settings.outboxUrl;
    link.hidden = false;
  }
  setVisible('outbox-hint', true);
}

function wireControls() {
  const form = document.querySelector('#sign-in');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void runOnce(form.querySelector('button'), () => begin(new FormData(form).get('type')));
  });
  onAction('retry', finishSignIn);
  onAction('start-over', () => showSignedOut(''));
  onAction('reload', () => profile.open());
  onAction('renew', () => profile.renew());
  onAction('sign-out', signOut);
  onTokensChangedElsewhere(() => {
    if (session.tokens !== null && document.querySelector('[data-view="profile"]').hidden) void profile.open();
    else if (!document.querySelector('[data-view="profile"]').hidden) profile.follow();
  });
}

async function begin(type) {
  setAlert('signed-out', '');
  if (!canMakeChallenges()) {
    setAlert('signed-out', 'This page needs https, or an address on this machine such as http://localhost.');
    return;
  }
  if (settings.jsUrl === undefined) {
    location.reload();
    return;
  }
  try {
    await beginSignIn(settings, type);
  } catch {
    setAlert('signed-out', 'This browser does not let the page keep anything. Allow site data and try again.');
  }
}

async function finishSignIn() {
  setText('progress', 'Trading the code for tokens.');
  setAlert('finishing', '');
  setVisible('retry', false);
  setVisible('spinner', true);
  showView('finishing');
  try {
    returned ??= new ReturnedSignIn(settings, answer);
    markSteps(['pkce', 'prove']);
    await returned.exchange();
    markSteps(['pkce', 'prove', 'exchange']);
    setText('progress', 'Looking for your account.');
    const { created } = await returned.logIn();
    writeTokens(returned.tokens);
    returned = null;
    await profile.open({ welcome: created ? 'Welcome, you are registered' : 'Welcome back', focus: true });
  } catch (error) {
    await failSignIn(error);
  }
}

/** An outage leaves the sign-in as it is, for another try; everything else ends it. */
async function failSignIn(error) {
  if (error instanceof OutageError) {
    setText('progress', '');
    setVisible('spinner', false);
    setAlert('finishing', 'The app or the issuer does not answer at the moment. Nothing is lost yet.');
    setVisible('retry', true);
    return;
  }
  const unused = returned?.unusedRefreshToken;
  returned = null;
  showSignedOut('');
  setAlert('signed-out', inWords(error));
  if (unused) await session.revoke(unused);
}

function inWords(error) {
  if (error instanceof SignInError) return error.message;
  if (error instanceof RefusalError && error.code !== undefined) return `The app refused the sign-in: ${error.message}`;
  if (error instanceof RefusalError)
    return 'The code was used already, or it is older than five minutes. Sign in again.';
  return 'Something went wrong in this page. Sign in again.';
}

async function signOut() {
  const done = session.signOut();
  showSignedOut('You are signed out.');
  await done;
}

/** @param {string} notice @param {{ focus?: boolean }} [options] */
function showSignedOut(notice, { focus = true } = {}) {
  profile.close();
  markSteps([]);
  setText('notice', notice);
  setVisible('notice', notice !== '');
  setAlert('signed-out', '');
  showView('signed-out', { focus });
}
