import '../issuer/quiet.js';

import type { Browser, Page } from 'playwright-core';

import { OutboxCodeSender } from '../../src/issuer/index.js';
import { API_KEY_ID, IssuerUnderTest } from '../issuer/issuer-under-test.js';
import { findBarriers } from './axe.js';
import { launchBrowser } from './person.js';
import { SdkPerson } from './sdk-person.js';
import { SdkSite } from './sdk-site.js';

jest.setTimeout(120_000);

let browser: Browser;
let site: SdkSite;
let issuer: IssuerUnderTest;

beforeAll(async () => {
  site = await SdkSite.open();
  issuer = await IssuerUnderTest.start({
    clients: [{ apiKeyId: API_KEY_ID, name: 'A site', allowedOrigins: [site.origin], allowedRedirects: [] }],
  });
  site.target = { apiKeyId: API_KEY_ID, issuerUrl: issuer.url };
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser.close();
  await issuer.close();
  await site.close();
});

const linkTo = (identifier: string): string =>
  issuer.running.app.get(OutboxCodeSender).messages.findLast(({ to }) => to === identifier)?.link ?? '';

async function askForLink(person: SdkPerson, identifier: string, options: string): Promise<void> {
  await person.showForm(options);
  await person.typeIdentifier(identifier);
  await person.form.getByText('We sent a link to').waitFor();
  expect(await person.frame.evaluate('document.activeElement.textContent')).toBe('Check your e-mail');
  expect(await findBarriers(person.frame)).toEqual([]);
}

async function click(person: SdkPerson, identifier: string): Promise<Page> {
  const tab = await person.context.newPage();
  await tab.goto(linkTo(identifier));
  await tab.locator('[type=submit]').click();
  return tab;
}

describe('the browser SDK, unmodified, by a link', () => {
  it('signs in on the page that the link leads to, once', async () => {
    const ann = await SdkPerson.arrive(browser, site);
    const fields =
      "{ by: 'signInWithLink', AdditionalFields: [{ name: 'name', label: 'Name', initial_value: 'Ann' }] }";
    await askForLink(ann, 'ann@example.com', fields);
    const tab = await click(ann, 'ann@example.com');
    await tab.waitForURL(`${site.origin}/?auth_method=MAGIC_LINK&**`);
    await tab.evaluate("void signIn({ by: 'signInWithLink' })");
    expect(await tab.evaluate('outcome')).toMatchObject({
      value: { email: 'ann@example.com', name: 'Ann', oauth_token: { auth_method: 'MAGIC_LINK' } },
    });
    await tab.reload();
    await tab.evaluate("void signIn({ by: 'signInWithLink' })");
    await tab.frameLocator('#cotter-form-container iframe').getByText('This link works once').waitFor();
    await ann.leave();
  });

  it('signs nobody in by a link that another browser asked for', async () => {
    const eve = await SdkPerson.arrive(browser, site);
    await askForLink(eve, 'eve@example.com', "{ by: 'signInWithLink' }");
    const bob = await SdkPerson.arrive(browser, site);
    const tab = await click(bob, 'eve@example.com');
    await tab.waitForURL(`${site.origin}/?auth_method=MAGIC_LINK&**`);
    await tab.evaluate("void signIn({ by: 'signInWithLink' })");
    await tab.frameLocator('#cotter-form-container iframe').getByText('This link works once').waitFor();
    await bob.leave();
    await eve.leave();
  });

  it('lets the tab go on that asked for the link', async () => {
    const tom = await SdkPerson.arrive(browser, site);
    await askForLink(tom, 'tom@example.com', "{ by: 'signInWithLink', RedirectMagicLink: false }");
    const tab = await click(tom, 'tom@example.com');
    await tab.getByRole('heading', { name: 'You can go back to your tab' }).waitFor();
    expect((await tom.outcome()).value).toMatchObject({
      email: 'tom@example.com',
      oauth_token: { auth_method: 'MAGIC_LINK' },
    });
    await tom.form.getByRole('heading', { name: 'You are signed in' }).waitFor();
    await tom.leave();
  });
});
