import { attacks } from '../attacks.js';
import type { Attack } from '../attack.js';
import { Forge } from '../forge.js';
import { AttackIssuer } from '../issuer/attack-issuer.js';
import { fireVolley, type Doors } from '../volley.js';
import { HELP, parseArguments, UsageError, type CliArguments } from './arguments.js';
import { environmentFor, explainEnvironment } from './environment.js';
import { assertGoodTokenGetsIn, findOpenPlaces, NotReadyError, waitForServer } from './probe.js';
import { isFailure, toJson, toText, type Result } from './report.js';
import { ServerProcess } from './server-process.js';

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function main(): Promise<number> {
  const args = parseArguments(process.argv.slice(2));
  if (args === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const issuer = await AttackIssuer.start({
    host: args.issuerHost,
    port: args.issuerPort,
    plainKeys: args.plainKeys,
    ...(args.apiKeyId === null ? {} : { apiKeyId: args.apiKeyId }),
  });
  const environment = environmentFor(issuer, args.url);
  say(explainEnvironment(environment));
  const server = args.spawn === null ? null : new ServerProcess(args.spawn, environment);
  stopOnSignals(server);
  try {
    const result = await attack(args, issuer, server);
    process.stdout.write(args.json ? `${toJson(result)}\n` : toText(result));
    return result.hits.some((hit) => isFailure(hit, args.strict)) || !result.alive ? 1 : 0;
  } finally {
    await server?.stop();
    await issuer.close();
  }
}

async function attack(
  args: CliArguments,
  issuer: AttackIssuer,
  server: ServerProcess | null,
): Promise<Result & { readonly alive: boolean }> {
  const { url, guardPath, loginPath, strict, only } = args;
  const guard = { origin: url, path: guardPath, method: 'GET' } as const;
  const at: Doors = {
    guard,
    ...(loginPath === null ? {} : { login: { origin: url, path: loginPath, method: 'POST' } as const }),
  };
  say(`Waiting for ${url.origin} ...`);
  await waitForServer(guard, args.waitSeconds, () => server?.ended ?? null);
  const forge = new Forge(issuer, args.toleranceSeconds);
  await assertGoodTokenGetsIn(at, forge);
  say('A good token gets in. Attacking ...');
  server?.mute();

  const notes: string[] = [];
  const { anyPath, loginPage } = await findOpenPlaces(at, forge);
  const isMoot = ({ family, name }: Attack): boolean =>
    (anyPath && family === 'guard: the way to the route') ||
    (loginPage && family === 'login: a good token elsewhere' && name === 'GET');
  if (anyPath) notes.push('any path is answered without a token, so other spellings of the path were left out.');
  if (loginPage) notes.push('the login has a page for everybody, so GET was left out.');
  const chosen = attacks.filter((each) => each.family.includes(only ?? '') && !isMoot(each));
  if (chosen.length === 0) throw new UsageError('no family has that name; docs/attacks.md has them all');

  let fired = 0;
  const hits = await fireVolley({
    attacks: chosen,
    forge,
    at,
    onHit: () => {
      fired += 1;
      if (fired % 200 === 0) say(`  ${String(fired)} shots`);
    },
  });
  if (hits.length === 0) throw new UsageError('none of these attacks is for a door that the server has');
  if (hits.some(({ status }) => status === 429)) {
    notes.push('some answers were 429 Too Many Requests: the limit answered for what is behind it. Raise it for this.');
  }
  const alive = await isStillGood(at, forge);
  if (!alive) notes.push('A GOOD TOKEN DOES NOT GET IN ANY MORE: the attacks have locked it out.');
  if (issuer.lured.length > 0) notes.push(`the server asked the issuer for ${[...new Set(issuer.lured)].join(', ')}.`);
  return { url: url.origin, strict, cases: chosen.length, hits, notes, alive };
}

async function isStillGood(at: Doors, forge: Forge): Promise<boolean> {
  try {
    await assertGoodTokenGetsIn(at, forge);
    return true;
  } catch {
    return false;
  }
}

/** Ctrl+C ends the server as well: its process group is not the terminal's. */
function stopOnSignals(server: ServerProcess | null): void {
  for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    process.once(signal, () => {
      void (server?.stop() ?? Promise.resolve()).finally(() => process.exit(code));
    });
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof UsageError || error instanceof NotReadyError;
    say(known ? error.message : String(error instanceof Error ? error.stack : error));
    process.exitCode = 2;
  },
);
