import { findDisagreement, parseProblem } from './agreement.js';
import type { Door, Verdict } from './attack.js';
import type { RawAnswer } from './http/raw-client.js';

/** What no answer and no line of a log may hold: paths and stacks. */
const INTERNALS = /node_modules|\bat \S+ \(|\/src\/|\/test\/|\.[jt]s:\d|ERR_/i;
/** What no answer and no line of the module's own may hold: names and texts of what is beneath. */
const LIBRARIES =
  /jsonwebtoken|passport|openssl|express|fastify|body-parser|typeorm|sqlite|unexpected (?:token|end|number)|JSON\.parse/i;

/** Asserts an answer to an attack; where it is the module's own, member by member. */
export function expectRefusal(answer: RawAnswer, verdict: Verdict, door: Door, secrets: readonly string[]): void {
  expect(findDisagreement(answer, verdict)).toBeNull();
  expect(answer.headers['x-powered-by']).toBeUndefined();
  const text = `${JSON.stringify(answer.headers)}\n${answer.text}`;
  expectNoneOf(text, secrets);
  expect(text).not.toMatch(INTERNALS);
  const problem = parseProblem(answer.text);
  // Where the platform noticed first, the answer is the host application's own.
  if (verdict.code === null || problem['code'] !== verdict.code) return;
  expect(text).not.toMatch(LIBRARIES);
  expect(problem).toEqual({
    type: `urn:nestjs-cotter:error:${verdict.code}`,
    title: expect.any(String) as string,
    status: verdict.status,
    detail: expect.any(String) as string,
    code: verdict.code,
  });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  if (door === 'guard') expect(answer.headers['www-authenticate']).toMatch(challengeOf(verdict));
  else expect(answer.headers['www-authenticate']).toBeUndefined();
}

/** What a terminal, a log viewer or a log collector takes for the end of a line, or for a command. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Asserts that a line of the log says why, and nothing that a stranger could have written there as it stands. */
export function expectSafeLine(line: string, secrets: readonly string[]): void {
  expect(line).not.toMatch(UNSEEN);
  expectNoneOf(line, secrets);
  expect(line).not.toMatch(INTERNALS);
  expect(line.length).toBeLessThan(600);
}

function expectNoneOf(text: string, secrets: readonly string[]): void {
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 | RFC 6750, 3} */
function challengeOf({ code }: Verdict): RegExp {
  if (code === 'missing_credentials') return /^Bearer realm="cotter"$/;
  const error = code === 'invalid_request' ? 'invalid_request' : 'invalid_token';
  return new RegExp(`^Bearer realm="cotter", error="${error}", error_description="[^"\\\\]+"$`);
}
