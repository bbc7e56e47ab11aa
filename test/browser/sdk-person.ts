import type { Browser, BrowserContext, BrowserContextOptions, Frame, FrameLocator, Page } from 'playwright-core';

import type { SdkSite } from './sdk-site.js';

/** What came of a form of the SDK. */
export interface Outcome {
  readonly value?: Record<string, never> & { readonly oauth_token: Record<string, string> };
  readonly error?: unknown;
  readonly status?: number;
}

/** Somebody on the page of a site whose form is the issuer's frame. */
export class SdkPerson {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly site: SdkSite,
  ) {}

  static async arrive(browser: Browser, site: SdkSite, options: BrowserContextOptions = {}): Promise<SdkPerson> {
    const context = await browser.newContext({ viewport: { width: 440, height: 480 }, ...options });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    await page.goto(site.origin);
    return new SdkPerson(context, page, site);
  }

  get form(): FrameLocator {
    return this.page.frameLocator('#cotter-form-container iframe');
  }

  /** The frame itself, for what only a script sees. */
  get frame(): Frame {
    const frame = this.page.frames().find((each) => each.parentFrame() !== null);
    if (frame === undefined) throw new Error('there is no frame');
    return frame;
  }

  /** @param options - As a script of the page: `{ AdditionalFields: [...] }`. */
  async showForm(options = '{}'): Promise<void> {
    await this.page.evaluate(`void signIn(${options})`);
    await this.form.locator('#identifier').waitFor();
  }

  async typeIdentifier(identifier: string): Promise<void> {
    await this.form.locator('#identifier').fill(identifier);
    await this.form.locator('[data-form=identifier] [type=submit]').click();
  }

  async typeCode(code: string): Promise<void> {
    await this.form.locator('#code').fill(code);
    await this.form.locator('[data-form=code] [type=submit]').click();
  }

  /** The latest code in the outbox. */
  async readCode(identifier: string, issuerUrl = this.site.target.issuerUrl): Promise<string> {
    const messages = (await (await fetch(`${issuerUrl}/outbox.json`)).json()) as {
      to: string;
      code: string;
    }[];
    return messages.findLast(({ to }) => to === identifier.toLowerCase())?.code ?? 'none';
  }

  async signIn(identifier: string, options = '{}'): Promise<Outcome> {
    await this.showForm(options);
    await this.typeIdentifier(identifier);
    await this.form.locator('#code').waitFor();
    await this.typeCode(await this.readCode(identifier));
    return this.outcome();
  }

  outcome(): Promise<Outcome> {
    return this.page.evaluate<Outcome>('outcome');
  }

  /** Of the field that has just been refused. */
  async complaint(): Promise<string> {
    const alert = this.form.locator('.error:not(:empty)');
    await alert.waitFor();
    return (await alert.textContent()) ?? '';
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

/** Six digits that are not the code. */
export function notThe(code: string): string {
  return code === '000000' ? '111111' : '000000';
}
