import 'reflect-metadata';

import { loadProcessConfig } from './app.config.js';
import { AppStartError } from './app-start.error.js';
import { greetingOf } from './greeting.js';
import { startApp, type RunningApp } from './start-app.js';

// A little less than the ten seconds that supervisors commonly wait before they kill.
const STOP_WITHIN_MS = 9_500;

async function main(): Promise<void> {
  const config = loadProcessConfig();
  const app = await startApp(config);
  stopOnSignals(app);
  for (const line of greetingOf(config)) console.log(line);
}

/** Ctrl+C in a terminal reaches a process more than once where npm passes it on: the first signal counts. */
function stopOnSignals(app: RunningApp): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      console.error('Some requests did not end in time and were cut off.');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        fail(error);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function fail(error: unknown): never {
  // What whoever starts the app can mend is one line; anything else is a bug, and needs its stack.
  console.error(error instanceof AppStartError ? error.message : error);
  process.exit(1);
}

main().catch(fail);
