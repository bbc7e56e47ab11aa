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

/** How often the page has asked a route, from now on. */
function countRequests(page: Page, path: string): () => number {
  let count = 0;
  page.on('request', (request) => {
    if (request.url() === `${app.url}${path}`) count++;
  });
  return () => count;
}

describe('a newcomer in a browser', () => {
  it('signs in, stays signed in, is renewed, signs out, and comes back as the same user', async () => {
    const ann = await Person.arrive(browser, app);
    const { page } = ann;
    await screenshot(page, 'sign-in');

    await ann.askForCode('ann.lee@example.com');
    await screenshot(page, 'issuer');
    await ann.typeCode(await ann.readCode('ann.lee@example.com'));
    await ann.seesProfileOf('ann.lee@example.com');
    await page.getByText('Welcome, you are registered').waitFor();
    expect(await page.getByText('One-time code', { exact: true }).isVisible()).toBe(true);
    expect(await page.getByText('Just now').isVisible()).toBe(true);
    await screenshot(page, 'profile');
    const id = await ann.accountId();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);

    expect(page.url()).toBe(`${app.url}/`);
    expect(await ann.kept()).not.toMatch(/verifier|"state"/);

    const refreshes = countRequests(page, '/refresh');
    await page.reload();
    await ann.seesProfileOf('ann.lee@example.com');
    expect(refreshes()).toBe(0);

    await ann.signOut();
    expect(await ann.kept()).toBe('[{},{}]');
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();

    await ann.signIn('Ann.Lee@Example.com'.toLowerCase());
    await page.getByText('Welcome back').waitFor();
    expect(await ann.accountId()).toBe(id);
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

  it('is renewed before the next call when an hour has passed', async () => {
    const bob = await Person.arrive(browser, app);
    const { page } = bob;
    await page.clock.install();
    await bob.signIn('bob@example.com');
    const before = await bob.kept();
    const refreshes = countRequests(page, '/refresh');

    await page.clock.fastForward('01:00:00');
    await page.getByText('Renewed at').waitFor();
    expect(refreshes()).toBe(1);
    expect(await bob.kept()).not.toBe(before);
    expect(await page.getByRole('timer').textContent()).toMatch(/^(1:00:00|59:\d\d)$/);

    await page.getByRole('button', { name: 'Renew now' }).click();
    await expect(
      page.waitForResponse((response) => response.url() === `${app.url}/me`).then((response) => response.status()),
    ).resolves.toBe(200);
    expect(refreshes()).toBe(2);
    expect(bob.complaints).toEqual([]);
    await bob.leave();
  });

  it('is renewed first where the page was closed for longer than the token lives', async () => {
    const kim = await Person.arrive(browser, app);
    await kim.signIn('kim@example.com');
    await kim.page.close();
    const tab = await kim.context.newPage();
    await tab.clock.install({ time: Date.now() + 3 * 3_600_000 });
    const calls: string[] = [];
    tab.on('request', (request) => calls.push(new URL(request.url()).pathname));
    await tab.goto(app.url);
    await tab.getByRole('heading', { name: 'kim@example.com' }).waitFor();
    expect(calls.filter((path) => ['/refresh', '/me'].includes(path))).toEqual(['/refresh', '/me']);
    expect(kim.complaints).toEqual([]);
    await kim.leave();
  });

  it('is renewed once for all tabs, and signed out of all of them', async () => {
    const zoe = await Person.arrive(browser, app);
    await zoe.context.clock.install();
    await zoe.signIn('zoe@example.com');
    const other = await zoe.context.newPage();
    await other.goto(app.url);
    await other.getByRole('heading', { name: 'zoe@example.com' }).waitFor();
    const counts = [countRequests(zoe.page, '/refresh'), countRequests(other, '/refresh')];

    await zoe.context.clock.fastForward('01:00:00');
    await Promise.all([zoe.page, other].map((page) => page.getByText('Renewed at').waitFor()));
    expect(counts.reduce((sum, count) => sum + count(), 0)).toBe(1);

    await zoe.signOut();
    await other.getByText('You signed out in another tab.').waitFor();
    expect(zoe.complaints).toEqual([]);
    await zoe.leave();
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
    await tabTo('Renew now');
    await keyboard.press('Space');
    await page.getByText('Renewed at').waitFor();
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
  it('an outage signs nobody out, and another try mends it', async () => {
    const pat = await Person.arrive(browser, app);
    const { page } = pat;
    await pat.signIn('pat@example.com');
    await page.route('**/refresh', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.getByRole('button', { name: 'Renew now' }).click();
    await page.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor();
    await page.route('**/me', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'You are still signed in' }).waitFor();

    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await pat.seesProfileOf('pat@example.com');
    expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
    await pat.leave();
  });

  it('an outage in the middle of a sign-in loses nothing', async () => {
    const tom = await Person.arrive(browser, app);
    const { page } = tom;
    await tom.askForCode('tom@example.com');
    const code = await tom.readCode('tom@example.com');
    await page.route('**/login', (route) => route.fulfill({ status: 502, body: '{}' }));
    await tom.typeCode(code);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await tom.seesProfileOf('tom@example.com');
    await tom.leave();
  });

  it('a session that ended asks to sign in again', async () => {
    const ida = await Person.arrive(browser, app);
    await ida.signIn('ida@example.com');
    await ida.page.route('**/refresh', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"code":"invalid_grant"}' }),
    );
    await ida.page.getByRole('button', { name: 'Renew now' }).click();
    await ida.page.getByText('Your session has ended. Sign in again.').waitFor();
    expect(await ida.kept()).toBe('[{},{}]');
    await ida.leave();
  });

  it('an answer to nobody in this tab is not used, and leaves the address bar', async () => {
    const joe = await Person.arrive(browser, app);
    const { page } = joe;
    const exchanges: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('get_identity')) exchanges.push(request.url());
    });
    await page.goto(`${app.url}/?code=stolen&state=forged&challenge_id=1`);
    await page.getByRole('alert').filter({ hasText: 'belongs to no sign-in' }).waitFor();
    expect(page.url()).toBe(`${app.url}/`);
    expect(exchanges).toEqual([]);
    expect(joe.complaints).toEqual([]);
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
    await page.getByRole('alert').filter({ hasText: 'The issuer ended the sign-in' }).waitFor();
    await may.signIn('may@example.com');
    expect(may.complaints).toEqual([]);
    await may.leave();
  });
});
