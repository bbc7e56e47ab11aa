import { SPENT_GRACE_MS } from '../../src/issuer/tokens/refresh-family.js';
import { RefreshToken } from '../../src/issuer/tokens/refresh-token.entity.js';
import { RefreshTokens } from '../../src/issuer/tokens/refresh-tokens.js';
import { IssuerDatabase } from '../../src/issuer/issuer-database.js';
import { API_KEY_ID, IssuerUnderTest, messageOf, OTHER_KEY_ID, type Tokens } from './issuer-under-test.js';

describe.each(['express', 'fastify'] as const)('a family of refresh tokens on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  async function signIn(): Promise<string> {
    return (await issuer.signIn()).oauth_token.refresh_token;
  }

  async function rotate(refreshToken: string): Promise<string> {
    const response = await issuer.refresh(refreshToken);
    expect(response.status).toBe(200);
    return ((await response.json()) as Tokens).refresh_token;
  }

  async function expectRefused(refreshToken: string): Promise<void> {
    const response = await issuer.refresh(refreshToken);
    expect(response.status).toBe(400);
    expect(await messageOf(response)).toBe('Refresh token is not valid');
  }

  const signOut = (refreshToken: string, apiKeyId = API_KEY_ID): Promise<Response> =>
    issuer.fetch(`/api/v0/token/${apiKeyId}`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: refreshToken }),
    });

  it('ends when a spent token comes back', async () => {
    const stolen = await signIn();
    const next = await rotate(stolen);
    issuer.clock.advance(SPENT_GRACE_MS);
    await expectRefused(stolen);
    await expectRefused(next);
  });

  it('ends for whoever has the newest token too, however long ago the other one was spent', async () => {
    const stolen = await signIn();
    let current = stolen;
    for (let week = 0; week < 6; week++) {
      issuer.clock.advance(7 * 24 * 60 * 60_000);
      current = await rotate(current);
    }
    await expectRefused(stolen);
    await expectRefused(current);
  });

  it('outlives two tabs that send the token they share, and gives the late one nothing', async () => {
    const shared = await signIn();
    // The first tab asks three times within milliseconds, as the browser SDK does.
    const current = await rotate(await rotate(await rotate(shared)));
    issuer.clock.advance(SPENT_GRACE_MS - 1);
    await expectRefused(shared);
    await rotate(current);
  });

  it('does not lend its grace to tokens that were spent before', async () => {
    const stolen = await signIn();
    let current = await rotate(stolen);
    issuer.clock.advance(SPENT_GRACE_MS);
    current = await rotate(current);
    await expectRefused(stolen);
    await expectRefused(current);
  });

  it('ends alone: other sessions of the same person go on', async () => {
    const [stolen, other] = [await signIn(), await signIn()];
    await rotate(stolen);
    issuer.clock.advance(SPENT_GRACE_MS);
    await expectRefused(stolen);
    await rotate(other);
  });

  it('does not end for tokens that somebody made up', async () => {
    const current = await rotate(await signIn());
    const foreign = await rotate(await signIn());
    issuer.clock.advance(SPENT_GRACE_MS);
    const [id = ''] = current.split(':');
    const secretOf = (token: string): string => token.split(':')[1] ?? '';
    for (const secret of ['wrong', 'a'.repeat(50), 'a'.repeat(200), secretOf(foreign)]) {
      await expectRefused(`${id}:${secret}`);
      expect((await signOut(`${id}:${secret}`)).status).toBe(200);
    }
    await rotate(current);
    await rotate(foreign);
  });

  it('does not end at the word of another application', async () => {
    const spent = await signIn();
    const current = await rotate(spent);
    issuer.clock.advance(SPENT_GRACE_MS);
    const response = await issuer.postJson(
      `/api/v0/token/${OTHER_KEY_ID}`,
      { grant_type: 'refresh_token', refresh_token: spent },
      { api_key_id: OTHER_KEY_ID },
    );
    expect(response.status).toBe(400);
    expect((await signOut(spent, OTHER_KEY_ID)).status).toBe(200);
    await rotate(current);
  });

  it('ends at a sign-out by any of its tokens', async () => {
    const spent = await signIn();
    const current = await rotate(spent);
    expect((await signOut(spent)).status).toBe(200);
    await expectRefused(current);
  });

  it('keeps the newest token when a spent one asks for claims of somebody else', async () => {
    const current = await signIn();
    const { access_token: token } = (await issuer.signIn('somebody.else@example.com')).oauth_token;
    const body = { token, custom_attributes: { role: 'admin' }, refresh_token: current };
    expect((await issuer.asServer('POST', '/api/v0/token/custom', body)).status).toBe(400);
    await rotate(current);
  });

  it('remembers hashes alone, and those for as long as it has to', async () => {
    let current = await signIn();
    const rows = issuer.running.app.get(IssuerDatabase).rowsOf(RefreshToken);
    const [id = '', secret = ''] = current.split(':');
    const tokens = issuer.running.app.get(RefreshTokens);
    for (let times = 0; times < 120; times++) {
      current = (await tokens.rotate(current, API_KEY_ID))?.refreshToken ?? 'none';
    }
    const row = await rows.findOneByOrFail({ id: Number(id) });
    expect(JSON.parse(row.spentTokens ?? '')).toHaveLength(100);
    expect(JSON.stringify(row)).not.toContain(secret.slice(-22));
    issuer.clock.advance(SPENT_GRACE_MS);
    await rotate(current);
    expect(JSON.parse((await rows.findOneByOrFail({ id: Number(id) })).spentTokens ?? '')).toHaveLength(1);
  });

  it('takes in sessions from before there were families', async () => {
    const first = await signIn();
    const [id = ''] = first.split(':');
    const rows = issuer.running.app.get(IssuerDatabase).rowsOf(RefreshToken);
    await rows.update({ id: Number(id) }, { familyHash: null });
    const second = await rotate(first);
    const third = await rotate(second);
    issuer.clock.advance(SPENT_GRACE_MS);
    await expectRefused(first);
    await expectRefused(second);
    await expectRefused(third);
  });
});
