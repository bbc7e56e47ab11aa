import type { Browser, Page } from 'playwright-core';

import { AppProcess } from './app-process.js';
import { launchBrowser, Person } from './person.js';
import { screenshot } from './screenshot.js';

jest.setTimeout(60_000);

let app: AppProcess;
let browser: Browser;

beforeAll(async () => {
  app = await AppProcess.start();
  browser = await launchBrowser();
}, 180_000);

afterAll(async () => {
  await browser.close();
  await app.stop();
});

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
/** In which everybody else has to know that a session has ended. */
const BOUND_MS = 5_000;

/** What the page's own scripts are answered. */
function statusOf(page: Page, path: string): Promise<number> {
  return page.evaluate(`fetch('${path}').then(({ status }) => status)`);
}

describe('an access token that expires', () => {
  it('is renewed behind the next request, and the person stays signed in', async () => {
    const bob = await Person.arrive(browser, app);
    const { page } = bob;
    await bob.signIn('bob@example.com');
    const [token, cookie] = [await bob.tokenId(), await bob.sessionCookie()];
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));

    await page.getByRole('button', { name: 'Let it expire now' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: `${token} became` })
      .waitFor();
    expect(await bob.tokenId()).not.toBe(token);
    expect(await bob.sessionCookie()).toBe(cookie);
    expect(await page.getByRole('timer').textContent()).toMatch(/^(1:00:00|59:\d\d)$/);
    expect(asked).not.toContain('POST /refresh');
    expect(bob.complaints).toEqual([]);
    await bob.leave();
  });

  it('is renewed once for all tabs, whichever comes first', async () => {
    const zoe = await Person.arrive(browser, app);
    await zoe.signIn('zoe@example.com');
    const other = await zoe.context.newPage();
    await other.goto(app.url);
    await other.getByRole('heading', { name: 'zoe@example.com' }).waitFor();
    const token = await zoe.tokenId();
    await other.getByRole('button', { name: 'Let it expire now' }).click();
    await Promise.all([zoe.page, other].map((page) => page.getByText(`${token} became`).waitFor()));
    expect(await other.locator('[data-token-id]').textContent()).toBe(await zoe.tokenId());
    expect(zoe.complaints).toEqual([]);
    await zoe.leave();
  });
});

describe('the tabs of a browser', () => {
  it('sign in and out together', async () => {
    const kim = await Person.arrive(browser, app);
    const other = await kim.context.newPage();
    await other.goto(app.url);
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
    await kim.signIn('kim@example.com');
    await other.getByRole('heading', { name: 'kim@example.com' }).waitFor();

    await kim.signOut();
    await other.getByText('You signed out in another tab.').waitFor();
    expect(kim.complaints).toEqual([]);
    await kim.leave();
  });
});

describe('a person with two browsers', () => {
  let here: Person;
  let there: Person;

  /** Signs in here with Chrome, and there with what says that it is Firefox. */
  async function signInTwice(identifier: string): Promise<void> {
    here = await Person.arrive(browser, app, { viewport: { width: 1120, height: 1000 } });
    there = await Person.arrive(browser, app, { userAgent: FIREFOX });
    await here.signIn(identifier);
    await there.signIn(identifier);
    await here.session('Firefox on Windows').waitFor();
  }

  afterEach(async () => {
    await here.leave();
    await there.leave();
  });

  it('sees both, and ends the other one, which notices in time', async () => {
    await signInTwice('ann.lee@example.com');
    const { page } = here;
    await page.getByRole('button', { name: 'Let it expire now' }).click();
    await page.getByText('You stayed signed in.').waitFor();
    await screenshot(page, 'profile');
    const isThisOne = (person: Person, device: string): Promise<boolean> =>
      person.session(device).getByText('This browser', { exact: true }).isVisible();
    expect(await isThisOne(here, 'Chrome on Linux')).toBe(true);
    expect(await isThisOne(here, 'Firefox on Windows')).toBe(false);
    expect(await isThisOne(there, 'Firefox on Windows')).toBe(true);

    await page.getByRole('button', { name: 'End the session of Firefox on Windows' }).click();
    await here.session('Firefox on Windows').waitFor({ state: 'detached' });
    const endedAt = performance.now();
    await page.getByRole('status').filter({ hasText: 'A session has ended: Firefox on Windows.' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Where you are signed in');

    expect(await statusOf(there.page, '/me')).toBe(401);
    await there.page.getByText('Your session has ended. Sign in again.').waitFor();
    expect(performance.now() - endedAt).toBeLessThan(BOUND_MS);
    expect(await statusOf(page, '/me')).toBe(200);
    expect(here.complaints).toEqual([]);
  });

  it('ends the session of this browser by the list, too', async () => {
    await signInTwice('lou@example.com');
    await here.page.getByRole('button', { name: 'End the session of Chrome on Linux, this browser' }).click();
    await here.page.getByText('You have ended this session.').waitFor();
    expect(await here.sessionCookie()).toBeNull();
    expect(await statusOf(there.page, '/me')).toBe(200);
    expect(here.complaints).toEqual([]);
  });

  it('signs out of both at once', async () => {
    await signInTwice('tom@example.com');
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await here.page.getByText('You are signed out everywhere.').waitFor();
    await there.page.getByText('Your session has ended. Sign in again.').waitFor({ timeout: BOUND_MS });
    expect(await statusOf(there.page, '/me')).toBe(401);
    expect(here.complaints).toEqual([]);

    await here.signIn('tom@example.com');
    expect(await here.page.getByRole('button', { name: /^End the session/ }).count()).toBe(1);
  });
});
