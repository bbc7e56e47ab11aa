import type { Browser, BrowserContext, Page } from 'playwright-core';

import { Challenges } from '../../src/issuer/challenges/challenges.js';
import { MagicLinks } from '../../src/issuer/links/magic-links.js';
import { codeChallengeOf } from '../../src/tokens/pkce.js';
import { API_KEY_ID, IssuerUnderTest, type Identity } from '../issuer/issuer-under-test.js';
import { accessibilityProblems, overflowOf } from './accessibility.js';
import { ClientSite } from './client-site.js';
import { launchBrowser } from './person.js';
import { screenshot } from './screenshot.js';

jest.setTimeout(60_000);

const ANN = 'ann.lee@example.com';
const VERIFIER = '5ce87194dd41be1cd63a09b6e0baa2c948df40f89bd7363772bf8e88';

let issuer: IssuerUnderTest;
let client: ClientSite;
let browser: Browser;

beforeAll(async () => {
  client = await ClientSite.open();
  issuer = await IssuerUnderTest.start({
    clients: [
      {
        apiKeyId: API_KEY_ID,
        name: 'Acme Notes',
        allowedOrigins: [new URL(client.redirectUrl).origin],
        allowedRedirects: ['http://127.0.0.1/cb'],
      },
    ],
  });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser.close();
  await issuer.close();
  await client.close();
});

beforeEach(() => {
  issuer.clock.advance(10 * 60_000);
  client.forget();
});

function startUrl(): string {
  const path = issuer.authorizePath({
    auth_method: 'MAGIC_LINK',
    redirect_url: client.redirectUrl,
    code_challenge: codeChallengeOf(VERIFIER),
  });
  return `${issuer.url}${path}`;
}

async function askForLink(page: Page): Promise<void> {
  await page.goto(startUrl());
  await page.getByLabel('E-mail address').fill(ANN);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByRole('heading', { name: 'Check your e-mail' }).waitFor();
}

/** Opens the latest mail, in a tab of its own. */
async function openMail(context: BrowserContext): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(`${issuer.url}/outbox`);
  await tab.getByRole('link', { name: 'Open the link' }).first().click();
  await tab.getByRole('button', { name: /[Ss]ign in/ }).waitFor();
  return tab;
}

describe('a link from the page /app', () => {
  it('signs a person in by one press of a button, without JavaScript', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await askForLink(page);
    expect(await page.locator('input').count()).toBe(0);
    const mail = await openMail(context);
    expect(client.visits).toEqual([]);
    await mail.getByRole('heading', { name: 'Sign in to Acme Notes?' }).waitFor();
    await mail.getByRole('button', { name: 'Sign in' }).click();
    await mail.getByRole('heading', { name: 'Back' }).waitFor();
    const [visit] = client.visits;
    expect(client.visits).toHaveLength(1);
    expect(visit?.searchParams.get('state')).toBe('some state');
    const exchanged = await issuer.exchange({
      codeVerifier: VERIFIER,
      code: visit?.searchParams.get('code') ?? '',
      challengeId: Number(visit?.searchParams.get('challenge_id')),
      state: '',
      redirectUrl: client.redirectUrl,
    });
    expect(exchanged.status).toBe(200);
    const { oauth_token: tokens, user } = (await exchanged.json()) as Identity;
    expect([tokens?.auth_method, user['identifier']]).toEqual(['MAGIC_LINK', ANN]);
    // Back in the first tab there is nothing to take.
    await page.reload();
    await page.getByText('This link has been used already.').waitFor();
    await context.close();
  });

  it('is sent once more where it does not come, and then the first one is of no use', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await askForLink(page);
    const former = await openMail(context);
    await page.bringToFront();
    await page.getByRole('link', { name: 'Send a new link' }).click();
    await page.getByRole('button', { name: 'Send a new link' }).click();
    await page.getByRole('heading', { name: 'Check your e-mail' }).waitFor();
    await former.getByRole('button', { name: 'Sign in' }).click();
    await former.getByText('a newer one has taken its place').waitFor();
    expect(client.visits).toEqual([]);
    const mail = await openMail(context);
    await mail.getByRole('button', { name: 'Sign in' }).click();
    await mail.getByRole('heading', { name: 'Back' }).waitFor();
    await context.close();
  });

  it('needs nothing but a keyboard, and leads back without signing in, too', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(startUrl());
    await page.keyboard.type(ANN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Check your e-mail' }).waitFor();
    const mail = await openMail(context);
    await mail.keyboard.press('Tab');
    await mail.keyboard.press('Enter');
    await mail.getByRole('heading', { name: 'Back' }).waitFor();
    await page.getByRole('link', { name: 'Cancel and go back' }).click();
    await page.getByRole('heading', { name: 'Back' }).waitFor();
    expect(client.visits.map(({ searchParams }) => searchParams.get('error'))).toEqual([null, 'access_denied']);
    await context.close();
  });

  it('tells nobody where the person came from', async () => {
    const context = await browser.newContext();
    await askForLink(await context.newPage());
    const mail = await openMail(context);
    const back = mail.waitForRequest((request) => request.url().startsWith(client.redirectUrl));
    await mail.getByRole('button', { name: 'Sign in' }).click();
    expect((await (await back).allHeaders())['referer']).toBeUndefined();
    await context.close();
  });
});

describe('a link that a tab waits for', () => {
  it('names the device that asked, and leaves this one as it is', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(issuer.url);
    const handle = await issuer.running.app.get(Challenges).open({
      apiKeyId: API_KEY_ID,
      redirectUrl: new URL(client.redirectUrl).origin,
      frameOrigin: new URL(client.redirectUrl).origin,
      codeChallenge: codeChallengeOf(VERIFIER),
      state: 'some state',
      identifier: ANN,
      identifierType: 'EMAIL',
      deviceName: await page.evaluate('navigator.userAgent'),
      network: null,
      browserHash: null,
      link: { kind: 'tab' },
    });
    const mail = await openMail(context);
    await mail.getByRole('heading', { name: /^Sign in on .*Chrom.* on Linux\?$/ }).waitFor();
    expect(await accessibilityProblems(mail)).toEqual([]);
    await screenshot(mail, 'link-device');
    await mail.getByRole('button', { name: /^Yes, sign in on .*Chrom.* on Linux$/ }).click();
    await mail.getByRole('heading', { name: 'You can go back to your tab' }).waitFor();
    expect(await accessibilityProblems(mail)).toEqual([]);
    expect(client.visits).toEqual([]);
    expect(await issuer.running.app.get(MagicLinks).poll(handle)).toMatchObject({ state: 'verified' });
    await context.close();
  });
});

it.each([
  ['light', 1120],
  ['dark', 1120],
  ['light', 320],
  ['dark', 320],
] as const)('its pages are fit for everybody on a %s screen of %i pixels', async (colorScheme, width) => {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 620 } });
  const page = await context.newPage();
  // Two of the four are enough for the documents.
  const isShown = (colorScheme === 'light') === (width === 1120);
  const check = async (shown: Page, what: string): Promise<void> => {
    expect([what, await accessibilityProblems(shown), await overflowOf(shown)]).toEqual([what, [], 0]);
    if (isShown && what.startsWith('link')) await screenshot(shown, `${what}-${colorScheme}-${String(width)}`);
  };
  await page.goto(startUrl());
  await check(page, 'identifier');
  await askForLink(page);
  await check(page, 'link-sent');
  const outbox = await context.newPage();
  await outbox.goto(`${issuer.url}/outbox`);
  await check(outbox, 'outbox');
  const mail = await openMail(context);
  await check(mail, 'link');
  const link = mail.url();
  await mail.getByRole('button', { name: 'Sign in' }).click();
  await mail.waitForURL((url) => url.href !== link, { waitUntil: 'commit' });
  await mail.goto(link);
  await mail.getByText('This link has been used already.').waitFor();
  await check(mail, 'used-link');
  await page.getByRole('link', { name: 'Send a new link' }).click();
  await page.getByText('This link has been used already.').waitFor();
  await check(page, 'used');
  await context.close();
});
