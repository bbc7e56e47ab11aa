import { platforms } from '../e2e/platforms.js';
import { parseProblem } from './agreement.js';
import { startAttackedApplication, type AttackedApplication } from './attack-app.js';
import { bearer, doors, loginWith, type Door, type Shot } from './attack.js';
import { attacks } from './attacks.js';
import { exceptions } from './cases/exceptions.js';
import { fire } from './fire.js';
import { Forge } from './forge.js';
import { AttackIssuer } from './issuer/attack-issuer.js';
import { expectRefusal, expectSafeLine } from './refusal.js';

describe('the list of attacks', () => {
  it('has at least 250, each under a name of its own', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(250);
    const names = [...attacks, ...exceptions].map(({ family, name }) => `${family}: ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

/** What the verifier refuses a token for; every such refusal is logged here, by its code. */
const TOKEN_REFUSED =
  /^(?:malformed_token|unsupported_algorithm|unknown_key|token_expired|token_not_yet_valid|invalid_(?:signature|issuer|audience|token_type|subject|claim))$/;

describe.each(platforms)('on %s', (platform) => {
  let issuer: AttackIssuer;
  let server: AttackedApplication;
  let forge: Forge;

  const good: Record<Door, () => Shot> = {
    guard: () => ({ build: () => bearer(forge.good), expected: { status: 200, code: null } }),
    login: () => ({
      build: () => loginWith({ access_token: forge.good }, forge),
      expected: { status: 200, code: null },
    }),
  };

  beforeAll(async () => {
    issuer = await AttackIssuer.start();
    server = await startAttackedApplication(platform, issuer);
    forge = new Forge(issuer);
    // The account of the attacker: from here on nobody else's is made.
    expect((await fire(good.login(), forge, server.doors.login)).answer.status).toBe(201);
  });

  afterAll(async () => {
    await server.close();
    await issuer.close();
  });

  async function attack(shot: Shot, door: Door): Promise<void> {
    server.takeLog();
    const { answer, secrets } = await fire(shot, forge, server.doors[door]);
    const log = server.takeLog();
    expectRefusal(answer, shot.expected, door, secrets);
    const { code } = parseProblem(answer.text);
    const refused = typeof code === 'string' && TOKEN_REFUSED.test(code);
    expect(log).toEqual(refused ? [expect.stringContaining(`token refused: ${code}`)] : []);
    for (const line of log) expectSafeLine(line, secrets);
    expect(await server.countUsers()).toBe(1);
  }

  describe.each(doors)('at the %s', (door) => {
    const shots = attacks.flatMap(({ family, name, [door]: shot }): [string, string, Shot][] =>
      shot === null ? [] : [[family, name, shot]],
    );

    it('lets a good token in, before anything else', async () => {
      const { answer } = await fire(good[door](), forge, server.doors[door]);
      expect(answer.status).toBe(200);
      expect(answer.text).toContain(forge.identifier);
      expect(answer.headers['x-powered-by']).toBeUndefined();
      if (door === 'login') expect(answer.headers['cache-control']).toBe('no-store');
    });

    it.each(shots)('refuses %s: %s', async (_family, _name, shot) => {
      await attack(shot, door);
    });

    it.each(exceptions.flatMap(({ name, [door]: shot }): [string, Shot][] => (shot === null ? [] : [[name, shot]])))(
      'accepts, rightly: %s',
      async (_name, shot) => {
        const { answer } = await fire(shot, forge, server.doors[door]);
        expect([answer.status, answer.text]).toEqual([200, expect.stringContaining(forge.identifier)]);
        expect(await server.countUsers()).toBe(1);
      },
    );
  });

  it('follows no URL of a token', () => {
    expect(issuer.lured).toEqual([]);
  });
});
