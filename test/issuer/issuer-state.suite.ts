import { DataSource, type DataSourceOptions } from 'typeorm';

import { Challenges } from '../../src/issuer/challenges/challenges.js';
import { CotterIssuerMigrations, type CotterIssuerDataSourceOptions } from '../../src/issuer/index.js';
import { SPENT_GRACE_MS } from '../../src/issuer/tokens/refresh-family.js';
import { MagicLinks } from '../../src/issuer/links/magic-links.js';
import { codeChallengeOf } from '../../src/tokens/pkce.js';
import { API_KEY_ID, IssuerUnderTest, ORIGIN, type Identity, type Tokens } from './issuer-under-test.js';
import { TestAuthenticator } from './test-authenticator.js';
import { TestDevice, type WireEvent } from './test-device.js';

/** Issuers that share a database share their state; the in-memory one belongs to one issuer alone. */
const SHARED = ['postgres', 'mysql', 'mariadb', 'better-sqlite3'];

/** What must hold of the issuer's state on every database, also where two processes share it. */
export function declareIssuerStateSuite(name: string, openOptions: () => Promise<DataSourceOptions>): void {
  describe(`the state of the issuer, ${name}`, () => {
    let issuers: [IssuerUnderTest, IssuerUnderTest];

    beforeAll(async () => {
      const options = await openOptions();
      const isShared = SHARED.includes(options.type);
      if (isShared) {
        const dataSource = await new DataSource({ ...options, migrations: CotterIssuerMigrations }).initialize();
        await dataSource.runMigrations();
        await dataSource.destroy();
      }
      const start = { dataSource: options as CotterIssuerDataSourceOptions };
      const first = await IssuerUnderTest.start(start);
      issuers = [first, isShared ? await IssuerUnderTest.start({ ...start, clock: first.clock.read }) : first];
    });
    afterAll(async () => {
      for (const issuer of new Set(issuers)) await issuer.close();
    });
    beforeEach(() => issuers[0].clock.advance(10 * 60_000));

    /** The same request to both, in turn, all at once. */
    function storm<Answer>(send: (issuer: IssuerUnderTest) => Promise<Answer>): Promise<Answer[]> {
      return Promise.all(Array.from({ length: 20 }, (_, index) => send(issuers[index % 2] ?? issuers[0])));
    }
    const countOf = (answers: Response[], status: number): number =>
      answers.filter((answer) => answer.status === status).length;

    it('signs a person in, refreshes, and signs out', async () => {
      const [issuer, other] = issuers;
      const { oauth_token: tokens, user } = await issuer.signIn('josé@exämple.com');
      expect(user['identifier']).toBe('josé@xn--exmple-cua.com');
      expect((await issuer.signIn('jose@xn--exmple-cua.com')).user['ID']).not.toBe(user['ID']);
      const refreshed = (await (await other.refresh(tokens.refresh_token)).json()) as Tokens;
      expect((await issuer.refresh(tokens.refresh_token)).status).toBe(400);
      await other.fetch(`/api/v0/token/${API_KEY_ID}`, {
        method: 'DELETE',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ refresh_token: refreshed.refresh_token }),
      });
      expect((await issuer.refresh(refreshed.refresh_token)).status).toBe(400);
    });

    it('lets one of twenty right codes win', async () => {
      const [issuer] = issuers;
      const codePath = await issuer.ask();
      const code = await issuer.lastCode();
      const answers = await storm((each) => each.postForm(codePath, { code }));
      expect([countOf(answers, 303), countOf(answers, 410)]).toEqual([1, 19]);
    });

    it('counts every wrong code, however many come at once', async () => {
      const [issuer] = issuers;
      const codePath = await issuer.ask();
      const answers = await storm((each) => each.postForm(codePath, { code: 'wrong' }));
      // The fifth wrong one closes the challenge as well.
      expect(countOf(answers, 200)).toBeLessThanOrEqual(4);
      expect(countOf(answers, 410)).toBeGreaterThanOrEqual(16);
      expect((await issuer.postForm(codePath, { code: await issuer.lastCode() })).status).toBe(410);
    });

    it('lets one of twenty clicks on a link win', async () => {
      const [issuer] = issuers;
      await issuer.ask('click@example.com', { auth_method: 'MAGIC_LINK' });
      const link = await issuer.lastLink();
      const answers = await storm((each) => each.click(link));
      expect([countOf(answers, 303), countOf(answers, 410)]).toEqual([1, 19]);
    });

    it('gives what came of a click to one of twenty frames, and to one of twenty questions of a tab', async () => {
      const [issuer] = issuers;
      const asked = {
        apiKeyId: API_KEY_ID,
        redirectUrl: ORIGIN,
        frameOrigin: ORIGIN,
        codeChallenge: codeChallengeOf('verifier'),
        state: 'some state',
        identifier: 'frame@example.com',
        identifierType: 'EMAIL',
        deviceName: '',
        network: null,
        browserHash: null,
      } as const;
      const challenges = issuer.running.app.get(Challenges);
      await challenges.open({ ...asked, link: { kind: 'page', pageUrl: ORIGIN, clientJson: '{}' } });
      const clicks = await storm(async (each) => each.click(await issuer.lastLink()));
      expect([countOf(clicks, 303), countOf(clicks, 410)]).toEqual([1, 19]);
      const location = clicks.find(({ status }) => status === 303)?.headers.get('location') ?? '';
      const query = new URL(location).searchParams;
      const redemption = {
        ...asked,
        challengeId: Number(query.get('challenge_id')),
        challenge: query.get('challenge') ?? '',
      };
      const codes = await storm((each) => each.running.app.get(MagicLinks).redeem(redemption));
      expect(codes.filter((code) => code !== null)).toHaveLength(1);

      const handle = await challenges.open({ ...asked, link: { kind: 'tab' } });
      await issuer.click(await issuer.lastLink());
      const polls = await storm((each) => each.running.app.get(MagicLinks).poll(handle));
      expect(polls.map(({ state }) => state).sort()).toEqual([...Array<string>(19).fill('closed'), 'verified']);
    });

    it('lets one of twenty exchanges win', async () => {
      const grant = await issuers[0].authorize();
      const answers = await storm((each) => each.exchange(grant));
      expect([countOf(answers, 200), countOf(answers, 400)]).toEqual([1, 19]);
    });

    it('lets one of twenty refreshes win', async () => {
      const { oauth_token: tokens } = await issuers[0].signIn();
      const answers = await storm((each) => each.refresh(tokens.refresh_token));
      expect([countOf(answers, 200), countOf(answers, 400)]).toEqual([1, 19]);
    });

    it('ends the family of a refresh token that comes back, and lets those that race live', async () => {
      const [issuer, other] = issuers;
      const { refresh_token: spent } = (await issuer.signIn()).oauth_token;
      const answers = await storm((each) => each.refresh(spent));
      const [winner] = await Promise.all(answers.filter(({ status }) => status === 200).map((each) => each.json()));
      let { refresh_token: current } = winner as Tokens;
      expect((await other.refresh(spent)).status).toBe(400);
      ({ refresh_token: current } = (await (await issuer.refresh(current)).json()) as Tokens);
      issuer.clock.advance(SPENT_GRACE_MS);
      const late = await storm((each) => each.refresh(spent));
      expect(countOf(late, 400)).toBe(20);
      expect((await issuer.refresh(current)).status).toBe(400);
    });

    it('lets no refresh win over a sign-out by a spent token', async () => {
      const [issuer] = issuers;
      const { refresh_token: spent } = (await issuer.signIn()).oauth_token;
      let { refresh_token: current } = (await (await issuer.refresh(spent)).json()) as Tokens;
      const [answers] = await Promise.all([
        storm((each) => each.refresh(current)),
        issuer.fetch(`/api/v0/token/${API_KEY_ID}`, {
          method: 'DELETE',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ refresh_token: spent }),
        }),
      ]);
      expect(countOf(answers, 200)).toBeLessThanOrEqual(1);
      for (const winner of answers.filter(({ status }) => status === 200)) {
        ({ refresh_token: current } = (await winner.json()) as Tokens);
      }
      expect((await issuer.refresh(current)).status).toBe(400);
    });

    it('sends at most five of twenty codes', async () => {
      const answers = await storm((each) => each.postForm(each.authorizePath(), { identifier: 'flood@example.com' }));
      expect(countOf(answers, 303) + countOf(answers, 429)).toBe(20);
      expect(countOf(answers, 303)).toBeLessThanOrEqual(5);
    });

    it('takes the signature of a device once, and gives the tokens of an approved event once', async () => {
      const [issuer, other] = issuers;
      const { user, oauth_token: tokens } = await issuer.signIn('device@example.com');
      const device = new TestDevice(issuer, String(user['ID']));
      expect((await device.enrol({ Authorization: `Bearer ${tokens.access_token}` })).status).toBe(200);
      const signed = device.signed();
      const approvals = await storm((each) => each.postJson('/api/v0/event/create', signed));
      expect([countOf(approvals, 200), countOf(approvals, 400)]).toEqual([1, 19]);
      issuer.clock.advance(1000);
      const asked = (await (await device.ask()).json()) as WireEvent;
      const shown = (await (await device.findNew()).json()) as WireEvent;
      const answers = await Promise.all([true, false, true, false].map((approved) => device.respond(shown, approved)));
      expect([countOf(answers, 200), countOf(answers, 400)]).toEqual([1, 3]);
      const [answer] = await Promise.all(answers.filter(({ status }) => status === 200).map((each) => each.json()));
      const polls = await storm((each) =>
        each.fetch(`/api/v0/event/get/${String(asked.ID)}?oauth_token=true`, { headers: { API_KEY_ID } }),
      );
      const events = (await Promise.all(polls.map((each) => each.json()))) as WireEvent[];
      const { approved } = answer as WireEvent;
      expect(events.filter(({ oauth_token }) => oauth_token !== undefined)).toHaveLength(approved ? 1 : 0);
      expect((await other.fetch(`/api/v0/event/get/${String(asked.ID)}`, { headers: { API_KEY_ID } })).status).toBe(
        200,
      );
    });

    it('takes the answer of an authenticator once, both to a new passkey and to one that is there', async () => {
      const [issuer] = issuers;
      const ann = new TestAuthenticator(issuer);
      const { oauth_token: tokens } = await issuer.signIn('passkey@example.com');
      const path = (what: string): string => `/api/v0/webauthn/${what}/finish?identifier=passkey@example.com`;
      const headers = { Authorization: `Bearer ${tokens.access_token}` };
      const made = ann.create(await ann.creationOptions('passkey@example.com', headers));
      const registrations = await storm((each) => each.postJson(path('register'), made, { origin: ORIGIN }));
      expect([countOf(registrations, 200), countOf(registrations, 400)]).toEqual([1, 19]);
      const signed = ann.sign(await ann.requestOptions('passkey@example.com'));
      const logins = await storm((each) => each.postJson(path('login'), signed, { origin: ORIGIN }));
      expect([countOf(logins, 200), countOf(logins, 400)]).toEqual([1, 19]);
    });

    it('keeps one of six passkeys with one id, and takes each count of an authenticator once', async () => {
      const [issuer, other] = issuers;
      const ann = new TestAuthenticator(issuer);
      const { oauth_token: tokens } = await issuer.signIn('copies@example.com');
      const headers = { Authorization: `Bearer ${tokens.access_token}` };
      const path = (what: string): string => `/api/v0/webauthn/${what}/finish?identifier=copies@example.com`;
      const finish = (what: string, bodies: object[]): Promise<Response[]> =>
        Promise.all(
          bodies.map((body, index) => (index % 2 ? other : issuer).postJson(path(what), body, { origin: ORIGIN })),
        );
      const made = [];
      for (let index = 0; index < 6; index++) {
        made.push(ann.create(await ann.creationOptions('copies@example.com', headers), { id: 'A'.repeat(43) }));
      }
      const registrations = await finish('register', made);
      expect([countOf(registrations, 200), countOf(registrations, 409)]).toEqual([1, 5]);
      const { oauth_token: own } = await ann.register('copies@example.com', tokens.access_token);
      expect(own.auth_method).toBe('OTP');
      const { allowCredentials = [] } = await ann.requestOptions('copies@example.com');
      const signed = [];
      for (let index = 0; index < 6; index++) {
        const options = await ann.requestOptions('copies@example.com');
        signed.push(ann.sign({ ...options, allowCredentials: allowCredentials.slice(-1) }, { signCount: 7 }));
      }
      const logins = await finish('login', signed);
      expect([countOf(logins, 200), countOf(logins, 400)]).toEqual([1, 5]);
    });

    it('creates one of twenty people with one identifier', async () => {
      const answers = await storm((each) => each.postJson('/api/v0/user/create', { identifier: 'storm@example.com' }));
      expect([countOf(answers, 200), countOf(answers, 400)]).toEqual([1, 19]);
    });

    it('creates at most ten of twenty people for one address', async () => {
      let count = 0;
      const answers = await storm((each) => {
        const body = { identifier: `crowd-${String(count++)}@example.com` };
        return each.postJson('/api/v0/user/create', body, { 'x-forwarded-for': '203.0.113.7' });
      });
      expect(countOf(answers, 200) + countOf(answers, 429)).toBe(20);
      expect(countOf(answers, 200)).toBeLessThanOrEqual(10);
    });

    it('makes one person of racing first sign-ins', async () => {
      const grants = [];
      for (let index = 0; index < 5; index++) grants.push(await issuers[0].authorize('race@example.com'));
      const identities = await Promise.all(
        grants.map(async (grant, index) => (await (issuers[index % 2] ?? issuers[0]).exchange(grant)).json()),
      );
      expect(new Set(identities.map((identity) => (identity as Identity).user['ID'])).size).toBe(1);
    });
  });
}
