import type { Browser, Page } from 'playwright-core';

import { loadConfig } from '../../src/app/app.config.js';
import { FrontEnd } from '../app/front-end.js';
import { Visitor } from '../app/visitor.js';
import { AppProcess } from './app-process.js';
import { Doorman } from './doorman.js';
import { ForeignSite } from './foreign-site.js';
import { launchBrowser, Person } from './person.js';

jest.setTimeout(60_000);

/** What an attacker may know of the person, and what they have themselves. */
interface Loot {
  /** Of the person's session. */
  readonly handle: string;
  /** A good payload of `POST /login`: the attacker's own. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** The path of a callback that ends a sign-in of the attacker's. */
  readonly callback: string;
}

interface Attack {
  readonly method: string;
  readonly path: string;
  /** The page that does it. */
  readonly html: string;
}

let app: AppProcess;
let doorman: Doorman;
let browser: Browser;
let loot: Loot;

const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** The page sends a form at once. */
function form(path: string, type: string, fields: Readonly<Record<string, string>> = { all: 'true' }): Attack {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input name="${escape(name)}" value="${escape(value)}">`,
  );
  const html = `<form action="${app.url}${path}" method="post" enctype="${type}">${inputs.join('')}</form>
    <script>document.forms[0].submit()</script>`;
  return { method: 'POST', path, html };
}

/** As plain text, the field is a JSON document: the = of the form is in the last of its strings. */
function jsonForm(path: string, body: Readonly<Record<string, unknown>>): Attack {
  const [start = '', end = ''] = JSON.stringify({ ...body, end: '|' }).split('|');
  return form(path, 'text/plain', { [start]: end });
}

/** A script asks with the person's cookies, and does not care whether it may read the answer. */
function script(method: string, path: string, init: Readonly<Record<string, unknown>> = { mode: 'no-cors' }): Attack {
  const options = JSON.stringify({ method, credentials: 'include', ...init });
  return { method, path, html: `<script>${then(`fetch('${app.url}${path}', ${options})`)}</script>` };
}

/** The browser is to load something from the app, for the page or instead of it. */
const picture = (path: string): Attack => ({ method: 'GET', path, html: `<img src="${app.url}${path}">` });
const frame = (path: string): Attack => ({ method: 'GET', path, html: `<iframe src="${app.url}${path}"></iframe>` });
const way = (path: string): Attack => ({
  method: 'GET',
  path,
  html: `<script>location = '${app.url}${path}'</script>`,
});

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
const then = (promise: string): string => `${promise}.catch(() => {}).finally(() => { document.title = 'over' })`;

/** What reaches the app; each must do nothing there. */
const ATTACKS: readonly (readonly [name: string, make: () => Attack])[] = [
  ...FORM_TYPES.flatMap((type) =>
    ['/logout', '/logout?all=true', '/demo/expire-access-token'].map(
      (path) => [`a form of type ${type} to POST ${path}`, () => form(path, type)] as const,
    ),
  ),
  ['a form that looks like JSON to POST /logout?all=true', () => jsonForm('/logout?all=true', {})],
  ["a form that looks like JSON to POST /login, with the attacker's tokens", () => jsonForm('/login', loot.payload)],
  [
    'a form to POST /sessions/:handle',
    () => form(`/sessions/${loot.handle}`, FORM_TYPES[0] ?? '', { _method: 'DELETE' }),
  ],
  ['a script to POST /logout', () => script('POST', '/logout')],
  [
    'a script to POST /logout?all=true, with a body',
    () => script('POST', '/logout?all=true', { mode: 'no-cors', body: '{}' }),
  ],
  [
    "a script to POST /login, with the attacker's tokens",
    () => script('POST', '/login', { mode: 'no-cors', body: JSON.stringify(loot.payload) }),
  ],
  ['a picture at GET /logout?all=true', () => picture('/logout?all=true')],
  ['a picture at GET /login', () => picture('/login')],
  ['a frame at GET /sessions/:handle', () => frame(`/sessions/${loot.handle}`)],
  ["a picture at the attacker's callback", () => picture(loot.callback)],
  ["a frame at the attacker's callback", () => frame(loot.callback)],
  ['a way to GET /logout?all=true', () => way('/logout?all=true')],
  ["a way to the attacker's callback", () => way(loot.callback)],
];

/** What a browser asks leave for first, and gets none. */
const REFUSED_BEFORE: readonly (readonly [name: string, make: () => Attack])[] = [
  ['a script to DELETE /sessions/:handle', () => script('DELETE', `/sessions/${loot.handle}`, {})],
  [
    'a script to POST /login, as JSON',
    () =>
      script('POST', '/login', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(loot.payload),
      }),
  ],
  ['a script that brings a field of its own', () => script('POST', '/logout', { headers: { 'X-CSRF-Token': 'x' } })],
];

beforeAll(async () => {
  doorman = await Doorman.stand();
  app = await AppProcess.start({ PUBLIC_URL: doorman.origin });
  doorman.port = app.port;
  browser = await launchBrowser();
}, 180_000);

afterAll(async () => {
  await browser.close();
  await doorman.close();
  await app.stop();
});

describe.each([
  { site: 'another site', host: '127.0.0.1', isSameSite: false },
  // SameSite says nothing about ports: the cookie comes along, and the Origin alone gives the page away.
  { site: 'another origin of this site', host: 'localhost', isSameSite: true },
])('a page of $site', ({ host, isSameSite }) => {
  let foreign: ForeignSite;
  let ann: Person;
  let before: unknown;

  /** Everything of the person's that an attack could change. */
  async function state(): Promise<unknown> {
    const seen = await ann.page.evaluate(
      "Promise.all(['/me', '/sessions'].map((path) => fetch(path).then((answer) => answer.json())))",
    );
    const [me, { sessions }] = seen as [{ principal: unknown }, { sessions: { handle: string }[] }];
    return { cookie: await ann.sessionCookie(), me, handles: sessions.map(({ handle }) => handle).sort() };
  }

  beforeAll(async () => {
    foreign = await ForeignSite.open(host);
    const config = loadConfig({ PUBLIC_URL: app.url, ISSUER_PORT: new URL(app.issuerUrl).port });
    const frontEnd = new FrontEnd(config);
    const identifier = `ann.${host}@example.com`;
    ann = await Person.arrive(browser, app);
    await ann.signIn(identifier);
    await new Visitor(frontEnd).signIn(identifier);
    before = await state();

    const mallory = await frontEnd.signIn('mallory@example.com');
    const begun = await new Visitor(frontEnd).open('/login');
    const callback = await frontEnd.answerIssuer(new URL(begun.headers.get('location') ?? ''), 'mallory@example.com');
    const [handle = ''] = (before as { handles: string[] }).handles;
    loot = { handle, payload: frontEnd.payload(mallory), callback: `${callback.pathname}${callback.search}` };
  }, 60_000);

  afterAll(async () => {
    await ann.leave();
    await foreign.close();
  });

  /** Opens the page in a tab of hers, until what it does is done. The tab stays: one that is on its way may take minutes to close. */
  async function suffer({ html }: Attack, done: (tab: Page) => Promise<unknown>): Promise<void> {
    doorman.forget();
    const tab = await ann.context.newPage();
    await tab.goto(foreign.show(html), { waitUntil: 'commit' });
    await done(tab);
  }

  it.each(ATTACKS)('changes nothing by %s', async (_name, make) => {
    const attack = make();
    const { method, path } = attack;
    await suffer(attack, () => doorman.waitFor(method, path));
    const visit = doorman.find(method, path);
    const isLed = method === 'GET' && attack.html.includes('location =');
    expect(visit?.cookie.includes('cotter-session=')).toBe(isSameSite || isLed);
    expect(visit?.setCookies.filter((field) => field.startsWith('cotter-session='))).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it.each(REFUSED_BEFORE)('is not let do anything by %s', async (_name, make) => {
    const attack = make();
    await suffer(attack, (tab) => tab.waitForFunction("document.title === 'over'"));
    expect(doorman.find('OPTIONS', attack.path)).toBeDefined();
    expect(doorman.find(attack.method, attack.path)).toBeUndefined();
    expect(await state()).toEqual(before);
  });

  it('is no page of the app, which does all of that', async () => {
    const statuses = await ann.page.evaluate(
      `Promise.all([['POST', '/demo/expire-access-token'], ['DELETE', '/sessions/${loot.handle}']].map(
        ([method, path]) => fetch(path, { method }).then(({ status }) => status)))`,
    );
    expect(statuses).toEqual([204, 204]);
    expect(await state().catch(() => null)).not.toEqual(before);
  });
});
