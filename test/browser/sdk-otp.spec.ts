import type { Browser } from 'playwright-core';

import { DEVELOPMENT_API_KEY_ID, loadConfig } from '../../src/app/app.config.js';
import { startApp, type RunningApp } from '../../src/app/start-app.js';
import { findFreePorts } from '../app/free-ports.js';
import { findBarriers } from './axe.js';
import { launchBrowser } from './person.js';
import { screenshot } from './screenshot.js';
import { notThe, SdkPerson } from './sdk-person.js';
import { SdkSite } from './sdk-site.js';

jest.setTimeout(120_000);

let browser: Browser;
let site: SdkSite;
let app: RunningApp;
let appUrl: string;
let issuerUrl: string;

beforeAll(async () => {
  site = await SdkSite.open();
  const config = loadConfig({
    ...(await findFreePorts()),
    COTTER_ALLOWED_ORIGINS: site.origin,
    CORS_ORIGINS: site.origin,
  });
  app = await startApp(config);
  appUrl = config.publicUrl;
  issuerUrl = config.localIssuer?.publicUrl ?? '';
  site.target = { apiKeyId: DEVELOPMENT_API_KEY_ID, issuerUrl };
  browser = await launchBrowser();
}, 180_000);

afterAll(async () => {
  await browser.close();
  await app.close();
  await site.close();
});

describe('the browser SDK, unmodified, by a code', () => {
  let ann: SdkPerson;

  beforeEach(async () => {
    ann = await SdkPerson.arrive(browser, site);
  });
  afterEach(() => ann.leave());

  it('signs in by e-mail, and the module takes the tokens', async () => {
    const { value } = await ann.signIn('Ann.Lee@example.com');
    expect(value).toMatchObject({
      email: 'ann.lee@example.com',
      user: { identifier: 'ann.lee@example.com' },
      oauth_token: { auth_method: 'OTP', token_type: 'Bearer', expires_in: 3600 },
      token: { identifier: 'ann.lee@example.com', receiver: DEVELOPMENT_API_KEY_ID },
    });
    await ann.form.getByRole('heading', { name: 'You are signed in' }).waitFor();
    const login = await fetch(`${appUrl}/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(value),
    });
    expect(login.status).toBe(201);
  });

  it('signs in by phone', async () => {
    const { value } = await ann.signIn('+14155552671', "{ show: 'showPhoneForm', CountryCode: ['+1'] }");
    expect(value).toMatchObject({ phone: '+14155552671', user: { identifier: '+14155552671' } });
  });

  it('asks for additional fields, and brings the answers', async () => {
    const fields = `{ AdditionalFields: [
      { name: 'name', label: 'Full name', placeholder: 'Ann Lee' },
      { name: 'age', label: 'Age <b>', type: 'number', initial_value: 41 },
    ] }`;
    await ann.showForm(fields);
    await ann.typeIdentifier('fields@example.com');
    expect(await ann.complaint()).toBe('Fill this in: Full name.');
    expect(await ann.frame.evaluate('document.activeElement.labels[0].textContent')).toBe('Full name');
    expect(await findBarriers(ann.frame)).toEqual([]);
    await ann.form.getByLabel('Full name').fill(' Ann <i>Lee</i> ');
    await ann.typeIdentifier('fields@example.com');
    await ann.form.locator('#code').waitFor();
    await ann.typeCode(await ann.readCode('fields@example.com'));
    expect((await ann.outcome()).value).toMatchObject({
      name: 'Ann <i>Lee</i>',
      age: '41',
      email: 'fields@example.com',
    });
  });

  it('sends nothing where OnBegin refuses, and goes on where it agrees', async () => {
    await ann.showForm(
      "{ onBegin: (payload) => { window.begun = payload; return payload.identifier.endsWith('@evil.example') ? 'Not you.' : null; } }",
    );
    await ann.typeIdentifier('mallory@evil.example');
    expect(await ann.complaint()).toBe('Not you.');
    expect(await ann.readCode('mallory@evil.example')).toBe('none');
    expect(await ann.page.evaluate('begun')).toMatchObject({
      identifier: 'mallory@evil.example',
      identifier_type: 'EMAIL',
      device_type: 'BROWSER',
      auth_required: true,
    });
    expect(await ann.frame.evaluate('document.activeElement.id')).toBe('identifier');
    await ann.typeIdentifier('begin@example.com');
    await ann.form.locator('#code').waitFor();
    await ann.typeCode(await ann.readCode('begin@example.com'));
    expect((await ann.outcome()).value).toMatchObject({ email: 'begin@example.com' });
  });

  it('says what is wrong with a code, and takes the right one', async () => {
    await ann.showForm();
    await ann.typeIdentifier('not an address');
    expect(await ann.complaint()).toContain('Enter one e-mail address');
    expect(await findBarriers(ann.frame)).toEqual([]);
    await ann.typeIdentifier('wrong@example.com');
    await ann.form.locator('#code').waitFor();
    expect(await ann.frame.evaluate('document.activeElement.id')).toBe('code');
    const code = await ann.readCode('wrong@example.com');
    await ann.typeCode('12');
    expect(await ann.complaint()).toBe('Enter the 6 digits that we sent you.');
    await ann.typeCode(notThe(code));
    await ann.form.getByText('You have 4 tries left.').waitFor();
    expect(await findBarriers(ann.frame)).toEqual([]);
    await ann.typeCode(` ${code.slice(0, 3)}-${code.slice(3)}`);
    expect((await ann.outcome()).value).toMatchObject({ email: 'wrong@example.com' });
    expect(await findBarriers(ann.frame)).toEqual([]);
  });

  it('takes no sixth try, and sends another code after a while', async () => {
    await ann.showForm();
    await ann.typeIdentifier('six@example.com');
    await ann.form.locator('#code').waitFor();
    const resend = ann.form.locator('[data-action=resend]');
    expect(await resend.getAttribute('aria-disabled')).toBe('true');
    expect(await resend.textContent()).toMatch(/^Send a new code \(0:\d\d\)$/);
    const code = await ann.readCode('six@example.com');
    for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
      await ann.typeCode(notThe(code));
      await ann.form.getByText(`You have ${left} left.`).waitFor();
    }
    await ann.typeCode(notThe(code));
    await ann.form.getByText('tried too often').waitFor();
    await ann.typeCode(code);
    await ann.form.getByText('tried too often').waitFor();
    expect(await resend.getAttribute('aria-disabled')).toBeNull();
    await resend.click();
    await ann.form.getByRole('status').filter({ hasText: 'A new code is on its way.' }).waitFor();
    expect(await ann.readCode('six@example.com')).not.toBe('none');
    await ann.typeCode(await ann.readCode('six@example.com'));
    expect((await ann.outcome()).value).toMatchObject({ email: 'six@example.com' });
  });

  it('lets a person ask for another code after half a minute, and says when', async () => {
    await ann.context.clock.install();
    await ann.page.reload();
    await ann.showForm();
    await ann.typeIdentifier('later@example.com');
    await ann.form.locator('#code').waitFor();
    const resend = ann.form.locator('[data-action=resend]');
    expect(await resend.getAttribute('aria-disabled')).toBe('true');
    await ann.context.clock.fastForward(31_000);
    await ann.form.getByRole('status').filter({ hasText: 'You can ask for a new code now.' }).waitFor();
    expect(await resend.textContent()).toBe('Send a new code');
    expect(await resend.getAttribute('aria-disabled')).toBeNull();
    expect(await findBarriers(ann.frame)).toEqual([]);
  });

  it('says how long it takes until another code is sent', async () => {
    await ann.showForm();
    for (let sends = 0; sends < 5; sends++) {
      await ann.typeIdentifier('often@example.com');
      await ann.form.locator('#code').waitFor();
      await ann.form.getByRole('button', { name: 'Use another address' }).click();
    }
    await ann.typeIdentifier('often@example.com');
    expect(await ann.complaint()).toMatch(/ask for another in \d minutes/);
  });

  it('posts the tokens to the RedirectURL, where the module signs the person in', async () => {
    const { value } = await ann.signIn('redirect@example.com', `{ RedirectURL: '${appUrl}/login' }`);
    expect(value).toMatchObject({ created: true, token: { authenticationMethod: 'OTP' } });
  });

  it('rejects where the RedirectURL refuses', async () => {
    const outcome = await ann.signIn('refused@example.com', `{ RedirectURL: '${appUrl}/refresh' }`);
    expect(outcome.value).toBeUndefined();
    await ann.form.getByRole('heading', { name: 'You could not be signed in' }).waitFor();
    expect(await ann.frame.evaluate('document.activeElement.textContent')).toBe('You could not be signed in');
    expect(await findBarriers(ann.frame)).toEqual([]);
    await ann.form.getByRole('button', { name: 'Start again' }).click();
    await ann.form.locator('#identifier').waitFor();
  });

  it('stays signed in over a reload, rotates at will, and signs out', async () => {
    await ann.signIn('stay@example.com');
    const { page } = ann;
    const kept = (): Promise<string> => page.evaluate("localStorage.getItem('rft')");
    const before = await kept();
    await page.reload();
    const token = 'cotter.tokenHandler.getAccessToken().then((token) => token && token.getIdentifier())';
    expect(await page.evaluate(token)).toBe('stay@example.com');
    expect(await page.evaluate('cotter.getLoggedInUser().identifier')).toBe('stay@example.com');
    const second = await kept();
    expect(second).not.toBe(before);
    await page.reload();
    expect(await page.evaluate(token)).toBe('stay@example.com');
    expect(await kept()).not.toBe(second);
    await page.reload();
    const parallel = `Promise.all([1, 2, 3].map(() => ${token}))`;
    expect(await page.evaluate(parallel)).toEqual(Array(3).fill('stay@example.com'));
    await page.reload();
    expect(await page.evaluate(token)).toBe('stay@example.com');

    await page.evaluate('cotter.logOut()');
    expect(await kept()).toBeNull();
    expect(await page.evaluate('cotter.getLoggedInUser()')).toBeNull();
    await page.reload();
    expect(await page.evaluate(token)).toBeNull();
  });

  it('exchanges a code once', async () => {
    const { page } = ann;
    const exchanged = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().includes('get_identity'),
    );
    await ann.signIn('replay@example.com');
    const replay = `fetch('${issuerUrl}/api/v0/verify/get_identity?oauth_token=true', {
      method: 'POST', credentials: 'include', body: ${JSON.stringify((await exchanged).postData())},
      headers: { API_KEY_ID: '${DEVELOPMENT_API_KEY_ID}', 'Content-Type': 'application/json' },
    }).then(async (response) => [response.status, await response.json()])`;
    expect(await page.evaluate(replay)).toEqual([400, { msg: 'The authorization code is not valid' }]);
  });

  it('dresses the form as the page wants it, as long as it can be read', async () => {
    await ann.showForm(`{
      ButtonText: 'Go <b>on</b>', ButtonBackgroundColor: '#ffee00', ButtonTextColor: '#ffffff', ErrorColor: 'url(x)',
      IdentifierFieldInitialValue: 'fixed@example.com', IdentifierFieldDisabled: true,
      TermsOfServiceLink: 'https://example.com/terms', PrivacyPolicyLink: 'javascript:alert(1)',
    }`);
    const button = ann.form.getByRole('button', { name: 'Go <b>on</b>' });
    const style = "getComputedStyle(document.querySelector('[data-form=identifier] [type=submit]'))";
    expect(await ann.frame.evaluate(`[${style}.backgroundColor, ${style}.color]`)).toEqual([
      'rgb(255, 238, 0)',
      'rgb(0, 0, 0)',
    ]);
    expect(await ann.frame.evaluate('[...document.links].map(({ href }) => href)')).toEqual([
      'https://example.com/terms',
    ]);
    expect(await findBarriers(ann.frame)).toEqual([]);
    await button.click();
    await ann.form.getByText('fixed@example.com').waitFor();
  });

  it('goes on at once with an identifier that the page knows', async () => {
    await ann.page.evaluate(
      "void signIn({ SkipIdentifierForm: true, SkipIdentifierFormWithValue: 'skip@example.com' })",
    );
    await ann.form.locator('#code').waitFor();
    await ann.typeCode(await ann.readCode('skip@example.com'));
    expect((await ann.outcome()).value).toMatchObject({ email: 'skip@example.com' });
  });

  it('needs nothing but a keyboard', async () => {
    await ann.showForm();
    const { keyboard } = ann.page;
    await keyboard.press('Tab');
    expect(await ann.frame.evaluate('document.activeElement.id')).toBe('identifier');
    await keyboard.type('keys@example.com');
    await keyboard.press('Enter');
    await ann.form.locator('#code').waitFor();
    await keyboard.type(await ann.readCode('keys@example.com'));
    await keyboard.press('Enter');
    expect((await ann.outcome()).value).toMatchObject({ email: 'keys@example.com' });
    await ann.form.getByRole('heading', { name: 'You are signed in' }).waitFor();
    expect(await ann.frame.evaluate('document.activeElement.textContent')).toBe('You are signed in');
  });
});

describe('the frames', () => {
  it('cannot be embedded by an origin that is not registered', async () => {
    const stranger = await SdkSite.open();
    stranger.target = site.target;
    const person = await SdkPerson.arrive(browser, stranger);
    const { page } = person;
    const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.evaluate(
      "window.heard = []; addEventListener('message', ({ data, origin }) => heard.push([origin, data])); void signIn()",
    );
    await blocked;
    // Nor by naming another origin than its own.
    const again = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.evaluate(`{
      const frame = document.createElement('iframe');
      frame.src = document.querySelector('iframe').src.replace(/domain=[^&]+/, 'domain=${site.origin}');
      document.body.append(frame);
    }`);
    await again;
    expect(await page.evaluate(`heard.filter(([origin]) => origin === '${issuerUrl}')`)).toEqual([]);
    await person.leave();
    await stranger.close();
  });

  it('take no message of another window, nor of another origin', async () => {
    const eve = await SdkPerson.arrive(browser, site);
    await eve.showForm();
    // A window beside the page, of the registered origin, and the frame itself: neither is the page around it.
    await eve.page.evaluate(`{
      const beside = document.createElement('iframe');
      document.body.append(beside);
      const target = document.querySelector('#cotter-form-container iframe').contentWindow;
      beside.contentWindow.eval('parent.frames[0].postMessage(JSON.stringify({ action: "DONE_SUCCESS" }), "*")');
    }`);
    await eve.frame.evaluate(`postMessage(JSON.stringify({ action: 'DONE_SUCCESS' }), '*')`);
    // What is not JSON, or no message of the SDK, does nothing either.
    await eve.page.evaluate(
      `for (const data of ['x', '{', 'null', '{"action":7}', { action: 'DONE_SUCCESS' }]) frames[0].postMessage(data, '*')`,
    );
    await eve.page.evaluate(
      `frames[0].postMessage(JSON.stringify({ action: 'ON_ERROR', errorMsg: 'the last one' }), '*')`,
    );
    expect(await eve.complaint()).toBe('the last one');
    expect(await eve.form.getByRole('heading', { name: 'You are signed in' }).isVisible()).toBe(false);
    await eve.leave();
  });

  it.each([
    ['light', 440, 480],
    ['dark', 440, 480],
    ['light', 320, 480],
    ['dark', 300, 200],
  ] as const)('have room on a %s page of %i by %i pixels, and no barriers', async (colorScheme, width, height) => {
    const person = await SdkPerson.arrive(browser, site, { colorScheme, viewport: { width, height } });
    await person.page.evaluate(
      `document.querySelector('#cotter-form-container').style.height = '${String(Math.min(height, 416))}px'`,
    );
    const name = `frame-${colorScheme}-${String(width)}`;
    const overflow = (): Promise<number> =>
      person.frame.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    await person.showForm();
    expect(await findBarriers(person.frame)).toEqual([]);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await screenshot(person.page, `${name}-identifier`);
    const identifier = `ann.lee.with.a.long.address.${String(width)}@${colorScheme}.example.com`;
    await person.typeIdentifier(identifier);
    await person.form.locator('#code').waitFor();
    expect(await findBarriers(person.frame)).toEqual([]);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await person.typeCode(notThe(await person.readCode(identifier)));
    await person.form.getByText('You have 4 tries left.').waitFor();
    expect(await findBarriers(person.frame)).toEqual([]);
    await screenshot(person.page, `${name}-code`);
    await person.frame.evaluate("document.documentElement.dir = 'rtl'");
    expect(await overflow()).toBeLessThanOrEqual(0);
    await person.leave();
  });
});

describe('the whole pages', () => {
  it('have no barriers', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const query = new URLSearchParams({
      api_key: DEVELOPMENT_API_KEY_ID,
      redirect_url: `${appUrl}/`,
      type: 'EMAIL',
      code_challenge: 'c'.repeat(43),
      state: 's',
    });
    await page.goto(`${issuerUrl}/app?${query.toString()}`);
    expect(await findBarriers(page)).toEqual([]);
    await page.locator('[name=identifier]').fill('whole.page@example.com');
    await page.locator('[type=submit]').click();
    await page.locator('[name=code]').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'Send a new code' }).click();
    await page.getByRole('button', { name: 'Send a new code' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await context.close();
  });
});
