// Walks the main job of a running app over HTTP, as people with browsers and a mailbox would. First as a front end of its own, which trades
// the code by itself and holds the tokens; then by the app's own sign-in and its session by cookie. Every step is one check.
//
//   node tools/walk.mjs --app http://localhost:3000 --outbox http://localhost:4000/outbox.json
//                       [--api-key ID] [--report FILE]   the report is { "passed": n, "failed": n }
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WalkBrowser } from './walk-browser.mjs';

const { values: given } = parseArgs({
  options: {
    app: { type: 'string' },
    outbox: { type: 'string' },
    'api-key': { type: 'string', default: '00000000-0000-4000-8000-000000000001' },
    report: { type: 'string' },
  },
});
assert.ok(
  given.app && given.outbox,
  'Usage: node tools/walk.mjs --app URL --outbox URL [--api-key ID] [--report FILE]',
);

const app = new URL(given.app).origin;
const issuer = new URL(given.outbox).origin;
const api = `${issuer}/api/v0`;
const apiKeyId = given['api-key'];
const redirectUrl = `${app}/`;
const identifier = `walk-${randomBytes(6).toString('hex')}@example.com`;
const deadlineMs = 10_000;

const result = { passed: 0, failed: 0 };

/** Runs one step; a step that fails is told and counted, and what it would have given is undefined. */
async function step(name, action) {
  try {
    const value = await action();
    result.passed += 1;
    console.log(`  ok    ${name}`);
    return value;
  } catch (error) {
    result.failed += 1;
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    console.log(`  FAIL  ${name}: ${reason}`);
    return undefined;
  }
}

async function call(method, url, { body, headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : {},
  };
}

function expectStatus(answer, status) {
  const code = answer.json?.code === undefined ? '' : ` (${answer.json.code})`;
  assert.equal(answer.status, status, `expected ${status}, got ${answer.status}${code}`);
  return answer;
}

const bearer = (accessToken) => ({ authorization: `Bearer ${accessToken}` });

/** Signs in on the issuer's pages, which `url` leads to; gives where they lead back to, at `until` or after all redirects. */
async function proveIdentity(browser, url, { until } = {}) {
  const asked = await step('the issuer asks for an identifier', () => browser.open(url, { wants: 'identifier' }));
  if (asked === undefined) return undefined;
  const sent = await step('the issuer takes the identifier and asks for the code', () =>
    browser.submit(asked, { identifier }, { wants: 'code', until }),
  );
  const mail = await step('the outbox holds the code', async () => {
    const { json } = expectStatus(await call('GET', given.outbox), 200);
    const mine = json.filter((message) => message.to === identifier).at(-1);
    assert.match(mine?.code ?? '', /^\d{6}$/, 'no message with a code of six digits');
    return mine;
  });
  if (sent === undefined || mail === undefined) return undefined;
  return step('the code leads back', () => browser.submit(sent, { code: mail.code }, { until }));
}

async function signIn() {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const url = new URL('/app', issuer);
  url.search = new URLSearchParams({
    api_key: apiKeyId,
    redirect_url: redirectUrl,
    type: 'EMAIL',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    state,
  }).toString();
  const back = await proveIdentity(new WalkBrowser(deadlineMs), url, { until: redirectUrl });
  const query = await step('it does so with code, state and challenge_id', () => {
    const { searchParams } = back.url;
    assert.equal(searchParams.get('state'), state, 'another state came back');
    assert.match(searchParams.get('challenge_id') ?? '', /^\d+$/, 'challenge_id is no number');
    assert.ok(searchParams.get('code'), 'no authorization code');
    return searchParams;
  });
  if (query === undefined) return undefined;
  const exchange = {
    headers: { API_KEY_ID: apiKeyId },
    body: {
      code_verifier: verifier,
      authorization_code: query.get('code'),
      challenge_id: Number(query.get('challenge_id')),
      redirect_url: redirectUrl,
    },
  };
  const identity = await step('the code is exchanged for tokens', async () => {
    const { json } = expectStatus(await call('POST', `${api}/verify/get_identity?oauth_token=true`, exchange), 200);
    assert.ok(json.oauth_token?.access_token && json.oauth_token.refresh_token, 'no tokens in the answer');
    return json;
  });
  await step('the same code is refused a second time', async () => {
    expectStatus(await call('POST', `${api}/verify/get_identity?oauth_token=true`, exchange), 400);
  });
  return identity;
}

async function useTheApp(identity) {
  const payload = { email: identifier, oauth_token: identity.oauth_token, user: identity.user, token: identity.token };
  const first = await step('the first login registers (201)', async () => {
    return expectStatus(await call('POST', `${app}/login`, { body: payload }), 201).json;
  });
  await step('the second login finds the same user (200)', async () => {
    const { json } = expectStatus(await call('POST', `${app}/login`, { body: payload }), 200);
    assert.ok(json.user?.id, 'no user in the answer');
    assert.equal(json.user.id, first?.user?.id, 'another user came back');
  });
  await step('a tampered access token may not log in (403)', async () => {
    const broken = {
      ...identity.oauth_token,
      access_token: `${identity.oauth_token.access_token.slice(0, -8)}AAAAAAAA`,
    };
    expectStatus(await call('POST', `${app}/login`, { body: { ...payload, oauth_token: broken } }), 403);
  });
  await step('the guarded route knows the person', async () => {
    const answer = expectStatus(
      await call('GET', `${app}/me`, { headers: bearer(identity.oauth_token.access_token) }),
      200,
    );
    assert.ok(answer.text.includes(identifier), 'the identifier is not in the answer');
    assert.ok(answer.text.includes(first?.user?.id), "the user's row is not in the answer");
  });
}

async function renewAndLeave(identity) {
  const old = identity.oauth_token.refresh_token;
  const renewed = await step('the refresh token gives new tokens', async () => {
    const { json } = expectStatus(await call('POST', `${app}/refresh`, { body: { refresh_token: old } }), 200);
    assert.ok(json.access_token && json.refresh_token, 'no tokens in the answer');
    assert.notEqual(json.refresh_token, old, 'the refresh token did not change');
    return json;
  });
  await step('the renewed access token opens the guarded route', async () => {
    expectStatus(await call('GET', `${app}/me`, { headers: bearer(renewed?.access_token) }), 200);
  });
  await step('the old refresh token gets the same answer, and no call of its own', async () => {
    const { json } = expectStatus(await call('POST', `${app}/refresh`, { body: { refresh_token: old } }), 200);
    assert.deepEqual(json, renewed);
  });
  await step('signing out ends the refresh token', async () => {
    const last = { refresh_token: renewed?.refresh_token };
    const left = await call('DELETE', `${api}/token/${apiKeyId}`, { headers: { API_KEY_ID: apiKeyId }, body: last });
    assert.ok(left.status >= 200 && left.status < 300, `expected 2xx, got ${left.status}`);
    const { json } = expectStatus(await call('POST', `${app}/refresh`, { body: last }), 401);
    assert.equal(json.code, 'invalid_grant');
  });
}

/** A browser that has signed in by redirect, and what the guarded route says of it. */
async function signInByRedirect(browser) {
  const page = await proveIdentity(browser, `${app}/login?returnTo=/`);
  return step('the person is back on the page, and the guarded route knows them by a cookie', async () => {
    assert.equal(page.url.href, `${app}/`);
    const { json } = expectStatus(await browser.call('GET', `${app}/me`), 200);
    assert.equal(json.user?.identifier, identifier);
    return json;
  });
}

async function liveBySessions() {
  const browser = new WalkBrowser(deadlineMs);
  const first = await signInByRedirect(browser);
  if (first === undefined) return;
  await step('an access token that has expired is renewed behind a request', async () => {
    expectStatus(await browser.call('POST', `${app}/demo/expire-access-token`), 204);
    const { json } = expectStatus(await browser.call('GET', `${app}/me`), 200);
    assert.notEqual(json.principal.tokenId, first.principal.tokenId, 'the token is the same');
    assert.equal(json.principal.sessionHandle, first.principal.sessionHandle, 'the session is another');
  });
  await step('a page of another origin changes nothing (403)', async () => {
    const { json } = expectStatus(await browser.call('POST', `${app}/logout`, { from: 'https://evil.example' }), 403);
    assert.equal(json.code, 'cross_site_request');
    expectStatus(await browser.call('GET', `${app}/me`), 200);
  });
  const other = new WalkBrowser(deadlineMs);
  const second = await signInByRedirect(other);
  if (second === undefined) return;
  await step('each browser has a session, and one ends the other', async () => {
    const { json } = expectStatus(await browser.call('GET', `${app}/sessions`), 200);
    const listed = (handle) => json.sessions.find((session) => session.handle === handle);
    assert.equal(listed(first.principal.sessionHandle)?.current, true, 'this one is not listed as such');
    assert.equal(listed(second.principal.sessionHandle)?.current, false, 'the other one is not listed');
    expectStatus(await browser.call('DELETE', `${app}/sessions/${second.principal.sessionHandle}`), 204);
    const refused = expectStatus(await other.call('GET', `${app}/me`), 401);
    assert.equal(refused.json.code, 'session_ended');
  });
  await step('signing out everywhere ends this one', async () => {
    expectStatus(await browser.call('POST', `${app}/logout?all=true`), 204);
    expectStatus(await browser.call('GET', `${app}/me`), 401);
  });
}

await step('the page answers', async () => {
  const page = expectStatus(await call('GET', `${app}/`), 200);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html\b/);
});
await step('/ping answers', async () => expectStatus(await call('GET', `${app}/ping`), 200));
await step('/health answers', async () => expectStatus(await call('GET', `${app}/health`), 200));
await step('the guarded route asks for a token (401)', async () => {
  const { headers } = expectStatus(await call('GET', `${app}/me`), 401);
  assert.match(headers.get('www-authenticate') ?? '', /^Bearer\b/);
});
const identity = await signIn();
if (identity !== undefined) {
  await useTheApp(identity);
  await renewAndLeave(identity);
}
await liveBySessions();

if (given.report !== undefined) writeFileSync(given.report, JSON.stringify(result));
process.exitCode = result.failed === 0 ? 0 : 1;
