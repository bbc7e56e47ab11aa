import '../issuer/quiet.js';

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';

import { startCotterIssuer, type RunningCotterIssuer } from '../../src/issuer/index.js';
import { findFreePort } from '../../src/issuer/http/free-port.js';
import { launchBrowser } from './person.js';
import { SdkPerson } from './sdk-person.js';
import { SdkSite } from './sdk-site.js';
import { shapeOf, wireDocument } from './wire-document.js';
import { WireRecorder } from './wire-recorder.js';

jest.setTimeout(120_000);

const FILE = join(__dirname, '..', '..', 'docs', 'wire-otp-login.md');

let browser: Browser;
let site: SdkSite;
let recorder: WireRecorder;
let issuer: RunningCotterIssuer;

beforeAll(async () => {
  site = await SdkSite.open();
  recorder = await WireRecorder.open();
  recorder.port = await findFreePort('127.0.0.1');
  issuer = await startCotterIssuer({
    port: recorder.port,
    publicUrl: recorder.origin,
    clients: [{ apiKeyId: 'my-app', name: 'My app', allowedOrigins: [site.origin], allowedRedirects: [] }],
    dataSource: { type: 'sqljs', synchronize: true },
    outbox: true,
  });
  site.target = { apiKeyId: 'my-app', issuerUrl: recorder.origin };
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser.close();
  await issuer.close();
  await recorder.close();
  await site.close();
});

it('a login by a code is on the wire what the document says', async () => {
  const person = await SdkPerson.arrive(browser, site);
  await recorder.listen(person.context);
  await person.page.reload();
  const outbox = `http://localhost:${String(recorder.port)}`;
  await person.showForm();
  await person.typeIdentifier('user@example.com');
  await person.form.locator('#code').waitFor();
  await person.typeCode(await person.readCode('user@example.com', outbox));
  expect((await person.outcome()).value).toMatchObject({ email: 'user@example.com' });
  await person.form.getByRole('heading', { name: 'You are signed in' }).waitFor();

  const document = wireDocument(recorder.entries, { issuer: recorder.origin, site: site.origin });
  if (process.env['UPDATE_WIRE'] === '1') await writeFile(FILE, document);
  expect(shapeOf(document)).toBe(shapeOf(await readFile(FILE, 'utf8')));
  await person.leave();
});
