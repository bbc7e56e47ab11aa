import type { Hit } from '../volley.js';

/** What came of a run. */
export interface Result {
  readonly url: string;
  readonly strict: boolean;
  readonly cases: number;
  readonly hits: readonly Hit[];
  readonly notes: readonly string[];
}

/** Outcomes that nobody wants; the first three always, the last where statuses and codes have to be exact. */
export function isFailure({ outcome }: Hit, strict: boolean): boolean {
  return outcome === 'through' || outcome === 'broken' || outcome === 'silent' || (strict && outcome === 'differs');
}

/** The result for programs. */
export function toJson({ hits, ...result }: Result): string {
  const failures = hits.filter((hit) => isFailure(hit, result.strict)).map(describe);
  return JSON.stringify(
    { ...result, shots: hits.length, failures, families: familiesOf(hits, result.strict) },
    null,
    2,
  );
}

/** The result for people. */
export function toText({ url, strict, cases, hits, notes }: Result): string {
  const failures = hits.filter((hit) => isFailure(hit, strict));
  const families = familiesOf(hits, strict);
  const width = Math.max(...families.map(({ family }) => family.length));
  return [
    ...failures.map(line),
    ...(failures.length === 0 ? [] : ['']),
    ...families.map(({ family, shots, failed }) =>
      `${family.padEnd(width)}  ${String(shots).padStart(4)} shots  ${failed === 0 ? '' : `${String(failed)} failed`}`.trimEnd(),
    ),
    '',
    ...notes.map((note) => `Note: ${note}`),
    `${String(cases)} attacks in ${String(hits.length)} shots at ${url}: ${summarize(hits, strict)}`,
    '',
  ].join('\n');
}

function summarize(hits: readonly Hit[], strict: boolean): string {
  const count = (outcome: Hit['outcome']): number => hits.filter((hit) => hit.outcome === outcome).length;
  const parts = [
    `${String(count('through'))} got through`,
    `${String(count('broken'))} answered by 5xx or by a server that is gone`,
    `${String(count('silent'))} not answered`,
    ...(strict ? [`${String(count('differs'))} refused in another way than the list says`] : []),
  ];
  return hits.some((hit) => isFailure(hit, strict)) ? parts.join(', ') : 'nothing got through';
}

function line(hit: Hit): string {
  const { what, family, name, door, tries, answer } = describe(hit);
  return `${what}  ${family}: ${name}  (at the ${door}: ${tries})  ${answer}`;
}

function describe({ attack, door, outcome, status, code, difference }: Hit) {
  const what = { through: 'GOT THROUGH', broken: 'BROKE', silent: 'NO ANSWER', differs: 'DIFFERS', refused: 'refused' }[
    outcome
  ];
  const { family, name, tries } = attack;
  const answer = status === null ? 'no answer' : `answered ${String(status)}${code === null ? '' : ` ${code}`}`;
  const wanted = outcome === 'differs' ? `: ${String(difference)}` : '';
  return { what, outcome, family, name, door, tries, status, code, answer: `${answer}${wanted}` };
}

function familiesOf(hits: readonly Hit[], strict: boolean) {
  return [...new Set(hits.map(({ attack }) => attack.family))].map((family) => {
    const own = hits.filter(({ attack }) => attack.family === family);
    return { family, shots: own.length, failed: own.filter((hit) => isFailure(hit, strict)).length };
  });
}
