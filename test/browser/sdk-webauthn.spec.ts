import '../issuer/quiet.js';

import type { Browser, BrowserContextOptions, CDPSession, Frame, FrameLocator } from 'playwright-core';

import { startCotterIssuer, type RunningCotterIssuer } from '../../src/issuer/index.js';
import { findBarriers } from './axe.js';
import { launchBrowser } from './person.js';
import { screenshot } from './screenshot.js';
import { SdkPerson, type Outcome } from './sdk-person.js';
import { SdkSite } from './sdk-site.js';

jest.setTimeout(120_000);

const API_KEY_ID = 'passkey-app';
/** What the SDK of this issuer's browser calls it: Chromium on Linux has no name of its own for its authenticator. */
const METHOD = 'a passkey';
const BY_PASSKEY = "{ by: 'signInWithWebAuthnOrOTP' }";

let browser: Browser;
let site: SdkSite;
let issuer: RunningCotterIssuer;

beforeAll(async () => {
  site = await SdkSite.open();
  issuer = await startCotterIssuer({
    port: 0,
    clients: [{ apiKeyId: API_KEY_ID, name: 'Passkey Shop', allowedOrigins: [site.origin], allowedRedirects: [] }],
    dataSource: { type: 'sqljs', synchronize: true },
    outbox: true,
  });
  site.target = { apiKeyId: API_KEY_ID, issuerUrl: issuer.url };
  browser = await launchBrowser();
}, 180_000);

afterAll(async () => {
  await browser.close();
  await issuer.close();
  await site.close();
});

/** Somebody whose device has an authenticator, which Chromium plays. */
class PasskeyPerson {
  static async arrive(options?: BrowserContextOptions, isVerified = true): Promise<PasskeyPerson> {
    const person = await SdkPerson.arrive(browser, site, { viewport: { width: 440, height: 640 }, ...options });
    const cdp = await person.context.newCDPSession(person.page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: isVerified,
        automaticPresenceSimulation: true,
      },
    });
    const passkeys = new PasskeyPerson(person, cdp, authenticatorId);
    await passkeys.#pointAssets();
    return passkeys;
  }

  private constructor(
    readonly sdk: SdkPerson,
    private readonly cdp: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  get dialog(): FrameLocator {
    return this.sdk.page.frameLocator('.modal-frame-webAuthn iframe');
  }

  get dialogFrame(): Frame {
    const frame = this.sdk.page.frames().find((each) => each.url().includes('/webauthn?'));
    if (frame === undefined) throw new Error('there is no dialog');
    return frame;
  }

  async reload(): Promise<void> {
    await this.sdk.page.reload();
    await this.#pointAssets();
  }

  async signInByCode(identifier: string, options?: string): Promise<void> {
    await this.sdk.showForm(options);
    await this.sdk.typeIdentifier(identifier);
    await this.typeCode(identifier);
  }

  async typeCode(identifier: string): Promise<void> {
    await this.sdk.form.locator('#code').waitFor();
    await this.sdk.typeCode(await this.sdk.readCode(identifier));
  }

  /** Asks for a passkey on the page, whose result is the outcome. */
  async askToRegister(identifier: string): Promise<void> {
    await this.sdk.page.evaluate(
      `void (outcome = cotter.registerWebAuthn('${identifier}').then((value) => ({ value }), (error) => ({ error })))`,
    );
    await this.dialog.getByRole('heading').waitFor();
  }

  async press(name: string): Promise<void> {
    await this.dialog.getByRole('button', { name }).click();
  }

  /** Signs in by a code and registers a passkey on the way. */
  async register(identifier: string): Promise<Outcome> {
    await this.signInByCode(identifier, BY_PASSKEY);
    await this.press(`Enable ${METHOD}`);
    return this.sdk.outcome();
  }

  async passkeys(): Promise<{ rpId?: string; signCount: number }[]> {
    const { credentials } = await this.cdp.send('WebAuthn.getCredentials', { authenticatorId: this.authenticatorId });
    return credentials;
  }

  async setVerified(isUserVerified: boolean): Promise<void> {
    await this.cdp.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }

  leave(): Promise<void> {
    return this.sdk.leave();
  }

  /** The one base URL of the SDK that the site does not set: nothing but looks hangs on it. */
  async #pointAssets(): Promise<void> {
    await this.sdk.page.evaluate(`void (Cotter.CotterEnum.AssetURL = '${issuer.url}')`);
  }
}

describe('the browser SDK, unmodified, by a passkey', () => {
  let ann: PasskeyPerson;

  beforeEach(async () => {
    ann = await PasskeyPerson.arrive();
  });
  afterEach(() => ann.leave());

  it('offers one after the first sign-in by a code, and signs in by it the next time', async () => {
    await ann.signInByCode('ann@example.com', BY_PASSKEY);
    await ann.dialog.getByRole('heading', { name: 'Sign-in faster.' }).waitFor();
    await ann.dialog.getByText(`Setup ${METHOD} to sign-in faster the next time you log in.`).waitFor();
    await screenshot(ann.sdk.page, 'passkey-registration');
    await ann.press(`Enable ${METHOD}`);
    const registered = await ann.sdk.outcome();
    expect(registered.value).toMatchObject({
      status: 'SUCCESS',
      user: { identifier: 'ann@example.com', enrolled: ['WEBAUTHN'] },
      oauth_token: { auth_method: 'OTP' },
      token: { identifier: 'ann@example.com' },
    });
    expect(await ann.passkeys()).toEqual([expect.objectContaining({ rpId: 'localhost' })]);

    await ann.reload();
    await ann.sdk.showForm(BY_PASSKEY);
    await ann.sdk.typeIdentifier(' Ann@Example.com');
    await ann.dialog.getByRole('heading', { name: `Sign in with ${METHOD}.` }).waitFor();
    await screenshot(ann.sdk.page, 'passkey-login');
    await ann.press(`Sign in with ${METHOD}`);
    const { value } = await ann.sdk.outcome();
    expect(value).toMatchObject({
      status: 'SUCCESS',
      email: 'ann@example.com',
      user: { identifier: 'ann@example.com' },
      oauth_token: { auth_method: 'WEBAUTHN', token_type: 'Bearer' },
    });
    expect(await ann.sdk.page.locator('.modal-frame-webAuthn').count()).toBe(0);
    await ann.sdk.form.getByRole('heading', { name: 'You are signed in' }).waitFor();

    await ann.reload();
    const { page } = ann.sdk;
    expect(await page.evaluate('cotter.getLoggedInUser().identifier')).toBe('ann@example.com');
    const token = 'cotter.tokenHandler.getAccessToken().then((token) => token && token.getAuthMethod())';
    expect(await page.evaluate(token)).toBe('WEBAUTHN');
  });

  it('falls back to a code', async () => {
    await ann.register('fallback@example.com');
    await ann.reload();
    await ann.sdk.showForm(BY_PASSKEY);
    await ann.sdk.typeIdentifier('fallback@example.com');
    await ann.press('Send Verification Code to fallback@example.com instead.');
    await ann.typeCode('fallback@example.com');
    expect((await ann.sdk.outcome()).value).toMatchObject({
      email: 'fallback@example.com',
      oauth_token: { auth_method: 'OTP' },
    });
  });

  it('lets people do it later', async () => {
    await ann.signInByCode('later@example.com', BY_PASSKEY);
    await ann.press('Setup Later');
    expect((await ann.sdk.outcome()).value).toMatchObject({
      status: 'CANCELED',
      email: 'later@example.com',
      oauth_token: { auth_method: 'OTP' },
    });
    expect(await ann.passkeys()).toEqual([]);
  });

  it('registers one for who is signed in, and no second one on the same device', async () => {
    await ann.signInByCode('settings@example.com');
    await ann.sdk.outcome();
    await ann.reload();
    await ann.askToRegister('settings@example.com');
    await ann.press(`Enable ${METHOD}`);
    expect((await ann.sdk.outcome()).value).toMatchObject({
      status: 'SUCCESS',
      user: { identifier: 'settings@example.com' },
    });
    await ann.askToRegister('settings@example.com');
    await ann.press(`Enable ${METHOD}`);
    await ann.dialog.getByRole('alert').getByText('You already registered this authenticator').waitFor();
    expect(await findBarriers(ann.dialogFrame)).toEqual([]);
    await ann.press('Setup Later');
    expect((await ann.sdk.outcome()).error).toContain('You already registered this authenticator');
    expect(await ann.passkeys()).toHaveLength(1);
  });

  it('registers none for who is not, whoever has a passkey of their own', async () => {
    await ann.askToRegister('ann@example.com');
    await ann.press(`Enable ${METHOD}`);
    const refusal = ann.dialog.getByRole('alert');
    await refusal.getByText('Please enable third-party cookies in your browser settings').waitFor();
    expect(await refusal.getByRole('link').getAttribute('rel')).toBe('noopener noreferrer');
    expect(await ann.passkeys()).toEqual([]);
    await ann.press('Setup Later');
    expect((await ann.sdk.outcome()).error).toContain('third-party cookies');
    await ann.register('mallory@example.com');
    await ann.reload();
    await ann.askToRegister('ann@example.com');
    await ann.press(`Enable ${METHOD}`);
    await refusal.getByText('Please enable third-party cookies').waitFor();
    expect(await ann.passkeys()).toHaveLength(1);
  });

  it('lets people try again after the device has not recognised them', async () => {
    await ann.register('again@example.com');
    await ann.reload();
    await ann.setVerified(false);
    await ann.sdk.showForm(BY_PASSKEY);
    await ann.sdk.typeIdentifier('again@example.com');
    await ann.press(`Sign in with ${METHOD}`);
    await ann.dialog.getByRole('alert').getByText('either timed out or was not allowed').waitFor();
    expect(await ann.dialogFrame.evaluate('document.activeElement.type')).toBe('submit');
    await ann.setVerified(true);
    await ann.press(`Sign in with ${METHOD}`);
    expect((await ann.sdk.outcome()).value).toMatchObject({ oauth_token: { auth_method: 'WEBAUTHN' } });
  });

  it('needs nothing but a keyboard', async () => {
    await ann.register('keys@example.com');
    await ann.reload();
    await ann.sdk.showForm(BY_PASSKEY);
    await ann.sdk.typeIdentifier('keys@example.com');
    await ann.dialog.getByRole('heading', { name: `Sign in with ${METHOD}.` }).waitFor();
    expect(await ann.dialogFrame.evaluate('document.activeElement.tagName')).toBe('H1');
    await ann.sdk.page.keyboard.press('Tab');
    await ann.sdk.page.keyboard.press('Enter');
    expect((await ann.sdk.outcome()).value).toMatchObject({ oauth_token: { auth_method: 'WEBAUTHN' } });
  });

  it('fills texts in as text', async () => {
    await ann.signInByCode('texts@example.com');
    await ann.sdk.outcome();
    await ann.askToRegister('texts@example.com');
    const config = {
      registrationText: { title: '<b>{{identifier}}</b> {{method}} {{unknown}}', subtitle: '{{identifier}}' },
      identifier: '{{method}} $& <img src=x>',
      errorDisplay: 'Not <i>here</i>.',
    };
    const message = JSON.stringify(JSON.stringify({ action: 'CONFIG', payload: config }));
    const target = "document.querySelector('.modal-frame-webAuthn iframe').contentWindow";
    await ann.sdk.page.evaluate(`${target}.postMessage(${message}, '${issuer.url}')`);
    await ann.dialog.getByRole('heading', { name: `<b>{{method}} $& <img src=x></b> ${METHOD} {{unknown}}` }).waitFor();
    await ann.dialog.getByRole('alert').getByText('Not <i>here</i>.').waitFor();
    expect(await ann.dialog.getByRole('button').allTextContents()).toEqual(['Not now']);
  });
});

describe.each(['light', 'dark'] as const)('the dialog for passkeys, %s', (colorScheme) => {
  it.each([320, 1120])('shows everything, to everybody, %d pixels wide', async (width) => {
    const ann = await PasskeyPerson.arrive({ colorScheme, viewport: { width, height: 640 } });
    const identifier = `${colorScheme}-${String(width)}-${'long'.repeat(10)}@example.com`;
    await ann.register(identifier);
    await ann.reload();
    await ann.sdk.showForm(BY_PASSKEY);
    await ann.sdk.typeIdentifier(identifier);
    await ann.dialog.getByRole('button', { name: 'Send Verification Code' }).waitFor();
    expect(await findBarriers(ann.dialogFrame)).toEqual([]);
    await screenshot(ann.sdk.page, `passkey-${colorScheme}-${String(width)}`);
    const sizes = `(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
      [scrollWidth - clientWidth, scrollHeight - clientHeight])(document.documentElement)`;
    expect(await ann.dialogFrame.evaluate(sizes)).toEqual([0, 0]);
    expect(await ann.sdk.page.evaluate(sizes)).toEqual([0, expect.any(Number)]);
    await ann.leave();
  });
});
