import { parseArgs } from 'node:util';

export const HELP = `npm run bench [-- OPTIONS]

Measures the guard, the verifier, the login and the boot of the module, interleaved with what they are compared to, prints tables of
ratios, and writes latest.json and chart.svg. Needs some half an hour and a machine that does nothing else.

  --quick       all of it within a minute, with short slices: noisy, good for finding out whether it runs
  --only NAME   one section: guards, verifier, login, sessions or boot; may be given several times
  --keep        leave the sections that are not measured as the last full run has them, each with its own run
  --rounds N    rounds of each section instead of 15; at least 7 make a median that is worth printing
  --out DIR     where the files go instead of bench/results
  --readme      put the table of what is wanted into README.md as well
  --check       exit with 1 where a target is missed
  --help        this text

BENCH_POSTGRES_URL=postgres://...  logins on PostgreSQL too, in databases that are made and dropped
`;

/** What the command line asks for. */
export function parseArguments(argv, sections) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      readme: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: sections },
      rounds: { type: 'string' },
      out: { type: 'string', default: 'bench/results' },
    },
  });
  const unknown = values.only.filter((name) => !sections.includes(name));
  if (unknown.length > 0) throw new Error(`--only ${unknown[0]}: there are ${sections.join(', ')}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isSafeInteger(rounds) && rounds > 0)) throw new Error('--rounds wants a number');
  return { ...values, rounds, sections: sections.filter((name) => values.only.includes(name)) };
}
