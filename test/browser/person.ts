import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core';

import type { AppProcess } from './app-process.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser of the system. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
}

/** Somebody with a browser of their own, on the pages of the app and of its issuer. */
export class Person {
  /** Whatever a developer would see in red: console errors, exceptions, requests that failed or were refused. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly app: AppProcess,
  ) {}

  /** @param url - Of the app, where that is not its public one. */
  static async arrive(
    browser: Browser,
    app: AppProcess,
    options: BrowserContextOptions = {},
    url = app.url,
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1120, height: 760 }, ...options });
    context.setDefaultTimeout(10_000);
    const person = new Person(context, await context.newPage(), app);
    person.#listen();
    await person.page.goto(url);
    await person.page.getByRole('button', { name: 'Sign in' }).waitFor();
    return person;
  }

  /** Up to the issuer's question for the code. */
  async askForCode(identifier: string): Promise<void> {
    const { page } = this;
    if (identifier.startsWith('+')) await page.getByRole('radio', { name: 'Text message' }).check();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('input[name=identifier]').fill(identifier);
    await page.locator('button[type=submit]').click();
    await page.locator('input[name=code]').waitFor();
  }

  /** Reads the latest code in the outbox, in a tab of its own. */
  async readCode(identifier: string): Promise<string> {
    const tab = await this.context.newPage();
    await tab.goto(`${this.app.issuerUrl}/outbox`);
    const code = await tab.locator('tr', { hasText: identifier }).first().locator('code').textContent();
    await tab.close();
    return code ?? '';
  }

  async typeCode(code: string): Promise<void> {
    await this.page.locator('input[name=code]').fill(code);
    await this.page.locator('button[type=submit]').click();
  }

  async signIn(identifier: string): Promise<void> {
    await this.askForCode(identifier);
    await this.typeCode(await this.readCode(identifier));
    await this.seesProfileOf(identifier);
  }

  async seesProfileOf(identifier: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: identifier }).waitFor();
    await this.page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  }

  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await this.page.getByText('You are signed out.').waitFor();
  }

  /** The id that the app's database has for them, as the profile shows it. */
  async accountId(): Promise<string> {
    return (await this.page.locator('dt:text-is("Account") + dd').textContent()) ?? '';
  }

  /** The row of a session in the list. */
  session(device: string): Locator {
    return this.page.getByRole('listitem').filter({ hasText: device });
  }

  /** The beginning of the access token's id, as the page shows it. */
  async tokenId(): Promise<string> {
    return (await this.page.locator('[data-token-id]').textContent()) ?? '';
  }

  /** Everything that a script finds in this browser. */
  kept(): Promise<string> {
    return this.page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
  }

  /** The value of the session's cookie, which no script finds. */
  async sessionCookie(): Promise<string | null> {
    const cookies = await this.context.cookies(this.app.url);
    return cookies.find(({ name }) => name === 'cotter-session')?.value ?? null;
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  #listen(): void {
    this.context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.complaints.push(`console: ${message.text()}`);
    });
    this.context.on('weberror', (error) => this.complaints.push(`exception: ${error.error().message}`));
    this.context.on('requestfailed', (request) => {
      // What a page was still waiting for when the person left it, its icon as a rule, has not failed.
      if (request.method() === 'GET' && request.failure()?.errorText === 'net::ERR_ABORTED') return;
      this.complaints.push(`failed: ${request.method()} ${request.url()}`);
    });
    this.context.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${String(response.status())}: ${response.url()}`);
    });
  }
}
