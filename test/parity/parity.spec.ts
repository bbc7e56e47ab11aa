import { findDisagreement, parseProblem } from '../attacks/agreement.js';
import { startAttackedApplication, type AttackedApplication } from '../attacks/attack-app.js';
import { bearer, doors, loginWith, type AttackRequest, type Door, type Shot } from '../attacks/attack.js';
import { attacks } from '../attacks/attacks.js';
import { exceptions } from '../attacks/cases/exceptions.js';
import { send } from '../attacks/fire.js';
import { Forge } from '../attacks/forge.js';
import type { RawAnswer } from '../attacks/http/raw-client.js';
import { AttackIssuer } from '../attacks/issuer/attack-issuer.js';
import { platforms, type Platform } from '../e2e/platforms.js';

// Every attack takes the same good token apart, or has its payload. On two of the servers the verdict on that token is kept and was used
// already, the other two keep none: so each request shows whether hits and misses, Express and Fastify, and the two doors agree.

let issuer: AttackIssuer;
let forge: Forge;
let warm: Record<Platform, AttackedApplication>;
let cold: Record<Platform, AttackedApplication>;

beforeAll(async () => {
  issuer = await AttackIssuer.start();
  forge = new Forge(issuer);
  const boot = (platform: Platform, maxTokens: number): Promise<AttackedApplication> =>
    startAttackedApplication(platform, issuer, { cache: { maxTokens }, logRefusals: false });
  warm = { express: await boot('express', 20_000), fastify: await boot('fastify', 20_000) };
  cold = { express: await boot('express', 0), fastify: await boot('fastify', 0) };
  for (const server of servers()) {
    expect(await statusOf(server, 'login', loginWith({ access_token: forge.good }, forge))).toBe(201);
    expect(await statusOf(server, 'guard', bearer(forge.good))).toBe(200);
  }
});

afterAll(async () => {
  for (const server of servers()) await server.close();
  await issuer.close();
});

const servers = (): AttackedApplication[] => [...Object.values(warm), ...Object.values(cold)];

async function statusOf(server: AttackedApplication, door: Door, request: AttackRequest): Promise<number> {
  return (await send(request, server.doors[door])).status;
}

/** What of an answer may not depend on the time or on the server. */
function essenceOf({ status, headers, text }: RawAnswer): unknown {
  return [status, headers['content-type'], headers['cache-control'], headers['www-authenticate'], text];
}

/** The answers to one request: with and without a cache, on both platforms, and to the same again. */
async function answersTo(shot: Shot, door: Door): Promise<RawAnswer[]> {
  const request = shot.build(forge);
  const answers: RawAnswer[] = [];
  for (const platform of platforms) {
    const ofCold = await send(request, cold[platform].doors[door]);
    const ofWarm = await send(request, warm[platform].doors[door]);
    const again = await send(request, warm[platform].doors[door]);
    expect(essenceOf(ofWarm)).toEqual(essenceOf(ofCold));
    expect(essenceOf(again)).toEqual(essenceOf(ofCold));
    answers.push(ofCold);
  }
  return answers;
}

/** The code that both platforms refuse a shot with; `null` where it is not the module that refuses. */
async function codeAt(door: Door, shot: Shot): Promise<string | null> {
  const answers = await answersTo(shot, door);
  for (const answer of answers) expect(findDisagreement(answer, shot.expected)).toBeNull();
  const codes = answers.map(({ text }) => parseProblem(text)['code']);
  if (shot.expected.code === null || !codes.every((code) => code === shot.expected.code)) return null;
  const [onExpress, onFastify] = answers.map(essenceOf);
  expect(onFastify).toEqual(onExpress);
  return shot.expected.code;
}

const rows = attacks.map((attack) => [attack.family, attack.name, attack] as const);

it.each(rows)('%s: %s is refused alike, whatever is kept', async (_family, _name, attack) => {
  for (const platform of platforms) {
    expect(warm[platform].remembers(forge.good)).toBe(true);
    expect(cold[platform].remembers(forge.good)).toBe(false);
  }
  const atGuard = attack.guard === null ? null : await codeAt('guard', attack.guard);
  const atLogin = attack.login === null ? null : await codeAt('login', attack.login);
  if (atGuard !== null && atLogin !== null) expect(atLogin).toBe(atGuard);
});

it.each(exceptions.map((exception) => [exception.name, exception] as const))(
  '%s is accepted alike, whatever is kept',
  async (_name, exception) => {
    for (const door of doors) {
      const shot = exception[door];
      if (shot === null) continue;
      const request = shot.build(forge);
      for (const server of servers()) {
        const once = await send(request, server.doors[door]);
        const twice = await send(request, server.doors[door]);
        expect([once.status, twice.status]).toEqual([200, 200]);
        expect(parseAccount(twice)).toEqual(parseAccount(once));
      }
    }
  },
);

it('leaves the good token as good as it was', async () => {
  for (const server of servers()) {
    expect(await statusOf(server, 'guard', bearer(forge.good))).toBe(200);
    expect(await server.countUsers()).toBe(1);
  }
});

describe('when the time of an accepted token is over', () => {
  let later: AttackedApplication;
  let nowMs: number;

  beforeAll(async () => {
    later = await startAttackedApplication('express', issuer, { clock: () => nowMs, logRefusals: false });
  });

  afterAll(async () => {
    await later.close();
  });

  it('is refused at both doors, though its verdict was kept', async () => {
    const ends = forge.nowSeconds() + 3600;
    const token = forge.token({ claims: { exp: ends } });
    nowMs = (ends - 60) * 1000;
    expect(await statusOf(later, 'guard', bearer(token))).toBe(200);
    expect(later.remembers(token)).toBe(true);
    nowMs = (ends + forge.toleranceSeconds) * 1000 - 1;
    expect(await statusOf(later, 'guard', bearer(token))).toBe(200);
    nowMs += 1;
    const atGuard = await send(bearer(token), later.doors.guard);
    const atLogin = await send(loginWith({ access_token: token }, forge), later.doors.login);
    expect([atGuard.status, parseProblem(atGuard.text)['code']]).toEqual([401, 'token_expired']);
    expect([atLogin.status, parseProblem(atLogin.text)['code']]).toEqual([403, 'token_expired']);
  });
});

/** What an answer says, but for the times that a login notes. */
function parseAccount({ text }: RawAnswer): unknown {
  const { user, ...members } = parseProblem(text);
  return user === undefined ? members : { ...members, user: { ...(user as object), lastLoginAt: null } };
}
