import type { Browser } from 'playwright-core';

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

const NOTHING = '[{},{},""]';

describe('a newcomer in a browser', () => {
  it('signs in, stays signed in, signs out, and comes back as the same user', async () => {
    const ann = await Person.arrive(browser, app);
    const { page } = ann;
    await screenshot(page, 'sign-in');

    await ann.askForCode('ann.lee@example.com');
    await screenshot(page, 'issuer');
    await ann.typeCode(await ann.readCode('ann.lee@example.com'));
    await ann.seesProfileOf('ann.lee@example.com');
    await page.getByText('Welcome, you are registered').waitFor();
    expect(await page.getByText('One-time code', { exact: true }).isVisible()).toBe(true);
    expect(await page.getByText('Just now', { exact: true }).isVisible()).toBe(true);
    const id = await ann.accountId();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);

    expect(page.url()).toBe(`${app.url}/`);
    expect(await ann.kept()).toBe(NOTHING);
    await page.reload();
    await ann.seesProfileOf('ann.lee@example.com');
    await page.getByText('Signed in as').waitFor();

    await ann.signOut();
    expect(await ann.sessionCookie()).toBeNull();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();

    await ann.signIn('ann.lee@example.com');
    await page.getByText('Welcome back').waitFor();
    expect(await ann.accountId()).toBe(id);
    expect(await ann.kept()).toBe(NOTHING);
    expect(ann.complaints).toEqual([]);
    await ann.leave();
  });

  it('finds no code in the history of the browser', async () => {
    const sue = await Person.arrive(browser, app);
    const { page } = sue;
    await sue.signIn('sue@example.com');
    const addresses: string[] = [];
    page.on('framenavigated', (frame) => addresses.push(frame.url()));
    await page.goBack();
    await page.goForward();
    await sue.seesProfileOf('sue@example.com');
    expect(addresses.at(-1)).toBe(`${app.url}/`);
    expect(addresses.filter((address) => /[?&]code=/.test(address))).toEqual([]);
    await sue.leave();
  });

  it('ends up where cookies are, by whatever name the page was opened', async () => {
    const ned = await Person.arrive(browser, app, {}, app.url.replace('localhost', '127.0.0.1'));
    await ned.signIn('ned@example.com');
    expect(ned.page.url()).toBe(`${app.url}/`);
    expect(ned.complaints).toEqual([]);
    await ned.leave();
  });

  it('may mistype the code', async () => {
    const eve = await Person.arrive(browser, app);
    await eve.askForCode('eve@example.com');
    const code = await eve.readCode('eve@example.com');
    await eve.typeCode(code === '000000' ? '111111' : '000000');
    await eve.page.getByRole('alert').waitFor();
    await eve.typeCode(code);
    await eve.seesProfileOf('eve@example.com');
    await eve.leave();
  });

  it('signs in by a phone', async () => {
    const max = await Person.arrive(browser, app);
    await max.signIn('+14155552671');
    await max.page.getByText('What the guarded route answered').click();
    await max.page.getByText('"identifierType": "PHONE"').first().waitFor();
    expect(max.complaints).toEqual([]);
    await max.leave();
  });

  it('needs nothing but a keyboard', async () => {
    const lea = await Person.arrive(browser, app);
    const { page } = lea;
    const { keyboard } = page;
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 20 && !(await focused()).startsWith(name); presses++) await keyboard.press('Tab');
      expect(await focused()).toContain(name);
    };
    await keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await tabTo('Sign in');
    await keyboard.press('Enter');
    await page.locator('input[name=identifier]').waitFor();
    await keyboard.type('lea@example.com');
    await keyboard.press('Enter');
    await page.locator('input[name=code]').waitFor();
    const code = await lea.readCode('lea@example.com');
    await page.bringToFront();
    await keyboard.type(code);
    await keyboard.press('Enter');
    await lea.seesProfileOf('lea@example.com');
    expect(await focused()).toBe('lea@example.com');
    await tabTo('Let it expire now');
    await keyboard.press('Space');
    await page.getByRole('status').filter({ hasText: 'You stayed signed in' }).waitFor();
    await tabTo('End the session of Chrome on Linux, this browser');
    await tabTo('Sign out');
    await keyboard.press('Enter');
    await page.getByText('You are signed out.').waitFor();
    expect(await focused()).toBe('Sign in without a password');
    expect(lea.complaints).toEqual([]);
    await lea.leave();
  });

  it.each([
    ['light', 320],
    ['dark', 320],
    ['dark', 1120],
  ] as const)('finds everything on a %s screen of %i pixels', async (colorScheme, width) => {
    const person = await Person.arrive(browser, app, { colorScheme, viewport: { width, height: 700 } });
    const { page } = person;
    const overflow = (): Promise<number> =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await overflow()).toBeLessThanOrEqual(0);
    await person.signIn('somebody.with.a.rather.long.address@department.example.com');
    await page.getByText('What the guarded route answered').click();
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect((await background()).startsWith('rgb(2') ? 'light' : 'dark').toBe(colorScheme);
    expect(person.complaints).toEqual([]);
    await person.leave();
  });
});

describe('what goes wrong', () => {
  it('an outage signs nobody out, and the page notices when it is over', async () => {
    const pat = await Person.arrive(browser, app);
    const { page } = pat;
    await pat.signIn('pat@example.com');
    await page.route('**/sessions', (route) => route.fulfill({ status: 503, body: '{}' }));
    const alert = page.getByRole('alert').filter({ hasText: 'You are still signed in' });
    await alert.waitFor();
    await page.unrouteAll();
    await alert.waitFor({ state: 'detached' });

    await page.route('**/me/known', (route) => route.abort());
    await page.reload();
    await page.getByRole('heading', { name: 'No answer at the moment' }).waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await pat.seesProfileOf('pat@example.com');
    await pat.leave();
  });

  it('a browser that has not kept the cookie is told so', async () => {
    const jim = await Person.arrive(browser, app);
    await jim.page.goto('about:blank');
    await jim.page.goto(`${app.url}/#signed-in`);
    await jim.page.getByText('This browser keeps no cookie of this site').waitFor();
    expect(jim.page.url()).toBe(`${app.url}/`);
    expect(jim.complaints).toEqual([]);
    await jim.leave();
  });

  it('an answer to nobody in this browser signs nobody in', async () => {
    const joe = await Person.arrive(browser, app);
    const { page } = joe;
    const answer = await page.goto(`${app.url}/login/callback?code=stolen&state=forged&challenge_id=1`);
    expect(answer?.status()).toBe(400);
    await page.getByRole('alert').waitFor();
    expect(await joe.sessionCookie()).toBeNull();
    await joe.leave();
  });

  it('a sign-in that the person gives up leads back to the start', async () => {
    const may = await Person.arrive(browser, app);
    const { page } = may;
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('input[name=identifier]').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('input[name=identifier]').waitFor();
    await page.getByRole('link', { name: 'Cancel and go back' }).click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
    await page.getByRole('link', { name: 'Go to the start page' }).click();
    await may.signIn('may@example.com');
    await may.leave();
  });
});
