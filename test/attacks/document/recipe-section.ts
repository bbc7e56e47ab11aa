import { platforms, type Platform } from '../../e2e/platforms.js';
import type { RecipeMeasurement } from '../recipe/measure.js';
import { reasonFor, severities, type Severity } from '../recipe/reasons.js';
import type { Hit } from '../volley.js';
import { plain, prose, table } from './markdown.js';

const PLATFORM_NAMES = { express: 'Express', fastify: 'Fastify' } as const;

/** What the usual recipe makes of the same list. */
export function recipeSection({ hits, takesOver, locksOut }: RecipeMeasurement): string[] {
  const count = (which: (hit: Hit) => boolean): string[] =>
    platforms.map((platform) => String(hits[platform].filter(which).length));
  return [
    '## The usual recipe on the same list',
    'The recipe is @nestjs/passport, passport-jwt and jwks-rsa as their READMEs show them, for ES256, with `issuer` and `audience` set. Its login verifies the access token in the body by the same strategy, then finds or creates the account by the `email` in the body, as guides do (`test/attacks/recipe`). It is measured each time that this page is tested.',
    table(
      ['of all shots', ...platforms.map((platform) => PLATFORM_NAMES[platform])],
      [
        ['fired', ...count(() => true)],
        ['**accepted**', ...count(isAccepted)],
        ...(Object.keys(severities) as Severity[]).map((severity) => [
          `accepted: ${severities[severity]}`,
          ...count((hit) => isAccepted(hit) && reasonFor(hit.attack).severity === severity),
        ]),
        ['**answered by 5xx**', ...count(isBroken)],
        ['**refused, by another status**', ...count(hasOtherStatus)],
      ],
    ),
    'At the login 401 counts as well as 403: which of the two is a matter of the API. No refusal of the recipe says why.',
    ...(takesOver
      ? [
          "**One more, which is no bad token at all:** a good token of one's own and somebody else's address in the body open the other one's account, on both platforms. Here the account is that of the token, whatever the body says.",
        ]
      : []),
    ...(locksOut
      ? [
          '**And one that refuses what is good:** with the rate limit of its README (`jwksRequestsPerMinute`), ten made-up `kid`s have the next key of the issuer answered with 401 for the rest of the minute, on both platforms: anybody can sign out everybody at a rotation. The counts above are without that limit.',
        ]
      : []),
    '### What the recipe accepts',
    acceptedTable(hits),
    '### What the recipe answers by 5xx, or by another status',
    otherAnswersTable(hits),
  ];
}

const isAccepted = ({ outcome }: Hit): boolean => outcome === 'through';
const isBroken = ({ outcome }: Hit): boolean => outcome === 'broken' || outcome === 'silent';

function hasOtherStatus({ attack, door, outcome, status }: Hit): boolean {
  const expected = attack[door]?.expected;
  if (outcome !== 'differs' || expected === undefined) return false;
  const asGood = [expected.status, expected.or, ...(door === 'login' && expected.status === 403 ? [401] : [])];
  return !asGood.includes(status ?? undefined);
}

type HitsByPlatform = Readonly<Record<Platform, readonly Hit[]>>;

/** Accepted attacks by the reason why that matters, worst first. */
function acceptedTable(hits: HitsByPlatform): string {
  const reasons = new Map<string, { severity: Severity; cases: Map<string, Set<string>> }>();
  for (const platform of platforms) {
    for (const { attack, door } of hits[platform].filter(isAccepted)) {
      const { severity, why } = reasonFor(attack);
      const entry = reasons.get(why) ?? { severity, cases: new Map<string, Set<string>>() };
      reasons.set(why, entry);
      const label = `${attack.family}: ${attack.name}`;
      entry.cases.set(label, (entry.cases.get(label) ?? new Set()).add(`${platform} ${door}`));
    }
  }
  const order = Object.keys(severities);
  const sorted = [...reasons].sort(([, a], [, b]) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return table(
    ['the recipe', 'why it matters', 'attacks'],
    sorted.map(([why, { severity, cases }]) => [severities[severity], prose(why), plain(casesOf(cases))]),
  );
}

/** Names by their family; where only one platform is concerned, it is said. */
function casesOf(cases: ReadonlyMap<string, ReadonlySet<string>>): string {
  const families = new Map<string, string[]>();
  for (const [label, where] of cases) {
    const at = label.lastIndexOf(': ');
    const on = platforms.filter((platform) => [...where].some((each) => each.startsWith(platform)));
    const only = on.length === 1 ? ` (${on.map((platform) => PLATFORM_NAMES[platform]).join('')} only)` : '';
    const family = label.slice(0, at);
    families.set(family, [...(families.get(family) ?? []), `${label.slice(at + 2)}${only}`]);
  }
  return [...families].map(([family, names]) => `${family}: ${names.join(', ')}`).join('; ');
}

function otherAnswersTable(hits: HitsByPlatform): string {
  const concerned = (hit: Hit | undefined): boolean => hit !== undefined && (isBroken(hit) || hasOtherStatus(hit));
  const rows = hits.express.flatMap((hit, index) => {
    const both = [hit, hits.fastify[index]];
    if (!both.some(concerned)) return [];
    const expected = hit.attack[hit.door]?.expected.status;
    const answers = both.map((each) => (concerned(each) ? String(each?.status ?? 'none') : 'as it should'));
    return [[plain(`${hit.attack.family}: ${hit.attack.name}`), hit.door, String(expected), ...answers]];
  });
  return table(['attack', 'door', 'should be', ...platforms.map((platform) => PLATFORM_NAMES[platform])], rows);
}
