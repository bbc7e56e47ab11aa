import { call, OutageError, RefusalError, serverNow } from './http.js';
import { element, isShown, markSteps, onClick, setText, setVisible, showView } from './page.js';
import { Profile } from './profile.js';
import { SessionsList } from './sessions.js';
import { onNewsOfOtherTabs, tellOtherTabs } from './tabs.js';

/** A page of yours would ask when it needs something. This one shows at once what happens in another browser. */
const REFRESH_EVERY_MS = 4_000;
const TICK_MS = 1_000;
/** Where a sign-in comes back to. It says what the page shows first, and proves nothing. */
const SIGNED_IN_MARK = '#signed-in';

const profile = new Profile();
const sessions = new SessionsList((session) => guarding(() => endSession(session)));
/** Whom the page shows; what was asked for somebody before is not shown any more. */
let handle = null;
/** @type {Promise<{ user: Record<string, any> | null }> | null} */
let looking = null;
let lookAgainAtMs = 0;

wireControls();
await Promise.all([prepareSignIn(), start({ hasSignedIn: takeSignedInMark() })]);

/** Who has just signed in is welcomed; who reloads the page is not. */
function takeSignedInMark() {
  if (location.hash !== SIGNED_IN_MARK) return false;
  history.replaceState(null, '', location.pathname);
  return true;
}

/** The form leads to the right place by itself, unless the page was opened by another name than the app's public one. */
async function prepareSignIn() {
  const { signInUrl, returnTo, outboxUrl } = await call('GET', 'config.json').catch(() => ({}));
  if (signInUrl) {
    const form = element('sign-in');
    form.action = signInUrl;
    form.elements.namedItem('returnTo').value = `${returnTo}${SIGNED_IN_MARK}`;
  }
  if (!outboxUrl) return;
  for (const link of document.querySelectorAll('[data-outbox]')) {
    link.href = outboxUrl;
    link.hidden = false;
  }
  setVisible('outbox-hint', true);
}

function wireControls() {
  const button = (action) => document.querySelector(`[data-action="${action}"]`);
  onClick(button('retry'), () => start({ focus: true }));
  onClick(button('expire'), () => guarding(letTokenExpire));
  onClick(button('sign-out'), () => guarding(() => signOut('logout', 'You are signed out.')));
  onClick(button('sign-out-everywhere'), () =>
    guarding(() => signOut('logout?all=true', 'You are signed out everywhere.')),
  );
  onNewsOfOtherTabs(follow);
  document.addEventListener('visibilitychange', lookWhereSeen);
  // A page that the browser has kept, as it was.
  addEventListener('pageshow', ({ persisted }) => persisted && start());
  setInterval(() => {
    profile.tick(serverNow());
    if (Date.now() >= lookAgainAtMs) lookWhereSeen();
  }, TICK_MS);
}

/**
 * The page cannot see its session's cookie, so it asks whether there is somebody.
 *
 * @param {{ hasSignedIn?: boolean, focus?: boolean }} [options]
 */
async function start({ hasSignedIn = false, focus = hasSignedIn } = {}) {
  try {
    const { known } = await call('GET', 'me/known');
    if (!known) {
      showSignedOut(hasSignedIn ? 'This browser keeps no cookie of this site, so you are not signed in.' : '', {
        focus,
      });
      return;
    }
    const { user } = await lookAgain();
    setText('welcome', hasSignedIn ? welcomeOf(user) : 'Signed in as');
    showView('profile', { focus });
    if (hasSignedIn) tellOtherTabs('signed-in');
  } catch {
    showView('outage', { focus });
  }
}

/** Until somebody comes back, the registration is their only login. */
function welcomeOf({ createdAt, lastLoginAt }) {
  return lastLoginAt === createdAt ? 'Welcome, you are registered' : 'Welcome back';
}

/** Shows how things stand. Whoever asks meanwhile gets the same answer. */
function look() {
  looking ??= lookOnce().finally(() => {
    looking = null;
    lookAgainAtMs = Date.now() + REFRESH_EVERY_MS;
  });
  return looking;
}

/** How things stand after what was just done. */
async function lookAgain() {
  await looking?.catch(() => undefined);
  return look();
}

async function lookOnce() {
  const asked = handle;
  const [me, list] = await Promise.all([call('GET', 'me'), call('GET', 'sessions')]);
  if (handle !== asked) return me;
  if (me.principal.sessionHandle !== handle) forget();
  handle = me.principal.sessionHandle;
  profile.show(me, serverNow());
  sessions.show(list.sessions, serverNow());
  setText('alert', '');
  return me;
}

function lookWhereSeen() {
  if (isShown('profile') && document.visibilityState === 'visible') void guarding(look);
}

async function letTokenExpire() {
  await call('POST', 'demo/expire-access-token');
  await lookAgain();
  tellOtherTabs('changed');
}

async function endSession({ handle: ended, current }) {
  try {
    await call('DELETE', `sessions/${ended}`);
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof RefusalError) || error.status !== 404) throw error;
  }
  if (current) {
    leave('You have ended this session.');
    return;
  }
  profile.hasSeen('end');
  await lookAgain();
  tellOtherTabs('changed');
}

async function signOut(url, notice) {
  await call('POST', url);
  leave(notice);
}

function leave(notice) {
  tellOtherTabs('signed-out');
  showSignedOut(notice);
}

/** @param {import('./tabs.js').News} news */
function follow(news) {
  if (news === 'signed-out' && isShown('profile')) showSignedOut('You signed out in another tab.');
  else if (news === 'signed-in') void start();
  else lookWhereSeen();
}

/** Whatever goes wrong is said above; only a session that has ended signs anybody out. */
async function guarding(action) {
  try {
    await action();
  } catch (error) {
    if (error instanceof RefusalError && error.status === 401) showSignedOut('Your session has ended. Sign in again.');
    else setText('alert', inWords(error));
  }
}

function inWords(error) {
  if (error instanceof OutageError) {
    return 'The app, or what it stands on, does not answer at the moment. You are still signed in.';
  }
  if (error instanceof RefusalError) return `The app refused: ${error.message}`;
  return 'Something went wrong in this page. Reload it.';
}

/** @param {string} notice @param {{ focus?: boolean }} [options] */
function showSignedOut(notice, { focus = true } = {}) {
  forget();
  markSteps([]);
  setText('notice', notice);
  setVisible('notice', notice !== '');
  showView('signed-out', { focus });
}

function forget() {
  handle = null;
  profile.clear();
  sessions.clear();
  setText('alert', '');
}
