import { platforms, type Platform } from '../../e2e/platforms.js';
import { bearer, loginWith, type AttackRequest } from '../attack.js';
import { attacks } from '../attacks.js';
import { send } from '../fire.js';
import { Forge } from '../forge.js';
import { AttackIssuer } from '../issuer/attack-issuer.js';
import { fireVolley, type Hit } from '../volley.js';
import { startRecipe, type RecipeApplication, type RecipeUser } from './recipe-app.js';

/** What the usual recipe makes of the list. */
export interface RecipeMeasurement {
  readonly hits: Readonly<Record<Platform, readonly Hit[]>>;
  /** A good token of one person and the address of another one open the other one's account. */
  readonly takesOver: boolean;
  /** Ten made-up `kid`s have the next key of the issuer refused. */
  readonly locksOut: boolean;
}

/** Fires the list at the recipe on both platforms. */
export async function measureRecipe(): Promise<RecipeMeasurement> {
  const issuer = await AttackIssuer.start();
  try {
    return {
      hits: { express: await fireAt('express', issuer), fastify: await fireAt('fastify', issuer) },
      takesOver: await onEach(issuer, false, takesOver),
      locksOut: await onEach(issuer, true, locksOut),
    };
  } finally {
    await issuer.close();
  }
}

/** Without the rate limit, which would answer for every key of the set after the fifth. */
async function fireAt(platform: Platform, issuer: AttackIssuer): Promise<Hit[]> {
  const app = await startRecipe(platform, issuer);
  try {
    const forge = new Forge(issuer, 0);
    const status = await statusOf(app, bearer(forge.good));
    if (status !== 200) throw new Error(`a good token does not get in: ${String(status)}`);
    return await fireVolley({ attacks, forge, at: app.doors });
  } finally {
    await app.close();
  }
}

async function onEach(
  issuer: AttackIssuer,
  rateLimit: boolean,
  happens: (app: RecipeApplication, issuer: AttackIssuer) => Promise<boolean>,
): Promise<boolean> {
  const found: boolean[] = [];
  for (const platform of platforms) {
    const app = await startRecipe(platform, issuer, rateLimit);
    found.push(await happens(app, issuer).finally(() => app.close()));
  }
  return found.every(Boolean);
}

async function takesOver({ doors }: RecipeApplication, issuer: AttackIssuer): Promise<boolean> {
  const [victim, attacker] = [new Forge(issuer, 0), new Forge(issuer, 0)];
  const accounts = [];
  // The body names the victim in both.
  for (const forge of [victim, attacker]) {
    const { text } = await send(loginWith({ access_token: forge.good }, forge), doors.login);
    accounts.push(JSON.parse(text) as RecipeUser);
  }
  const [his, mine] = accounts;
  return his?.id !== undefined && his.id === mine?.id;
}

async function locksOut(app: RecipeApplication, issuer: AttackIssuer): Promise<boolean> {
  const forge = new Forge(issuer, 0);
  const next = forge.token({ header: { kid: issuer.secondKey.kid }, key: issuer.secondKey.privateKey });
  for (let index = 0; index < 10; index++) {
    await statusOf(app, bearer(forge.token({ header: { kid: `made-up-${String(index)}` } })));
  }
  return (await statusOf(app, bearer(next))) === 401;
}

async function statusOf(app: RecipeApplication, request: AttackRequest): Promise<number> {
  return (await send(request, app.doors.guard)).status;
}
