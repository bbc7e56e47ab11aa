import { readFileSync } from 'node:fs';

import type { Frame, Page } from 'playwright-core';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds wrong with a page or frame as it stands: nothing, one hopes. */
export async function findBarriers(target: Page | Frame): Promise<string[]> {
  await target.evaluate(AXE);
  // What fades in is looked at when it is there.
  const findings = await target.evaluate<Finding[]>(
    `Promise.all(document.getAnimations().filter((each) => each.effect.getComputedTiming().iterations === 1).map((each) => each.finished))
      .then(() => axe.run({ iframes: false })).then(({ violations }) => violations)`,
  );
  return findings.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
