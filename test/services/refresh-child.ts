import { RefreshService, type CotterForRootOptions } from '../../src/index.js';
import { openLedger, startModule, type LedgerAddress } from './refresh-processes.js';

/** What the parent tells its child. */
export interface ChildTask {
  readonly address: LedgerAddress;
  readonly options: CotterForRootOptions;
  readonly refreshToken: string;
  /** Before which step the child stands still, for the parent to kill it. */
  readonly stopBefore: 'exchange' | 'complete';
}

/** Says where it stands, and goes no further. */
function standStill(): Promise<never> {
  process.stdout.write('standing still\n');
  return new Promise(() => setInterval(() => undefined, 1_000));
}

async function run({ address, options, refreshToken, stopBefore }: ChildTask): Promise<void> {
  const { ledger } = await openLedger(address);
  const claim = ledger.claim.bind(ledger);
  if (stopBefore === 'complete') ledger.complete = standStill;
  else ledger.claim = async (...asked) => (await claim(...asked), standStill());
  const app = await startModule(options, ledger);
  await app.get(RefreshService, { strict: false }).refresh(refreshToken);
}

await run(JSON.parse(process.argv[2] ?? '') as ChildTask);
