import { describeEndings } from './faults-endings.suite.js';
import { describeOutages, type Outage } from './faults-outages.suite.js';
import { describeRaces } from './faults-races.suite.js';
import { describeUpstreamFaults } from './faults-upstream.suite.js';
import type { FaultsWorld } from './faults-world.js';

/** Declares all tests of what people notice when something fails below them: nothing, or a clean answer. */
export function describeFaults(name: string, open: () => Promise<FaultsWorld>, outages: readonly Outage[]): void {
  describe(`with sessions in ${name}`, () => {
    let world: FaultsWorld | undefined;
    beforeAll(async () => {
      world = await open();
    }, 60_000);
    afterAll(() => world?.close());
    const inWorld = (): FaultsWorld => {
      if (world === undefined) throw new Error('the world is not open');
      return world;
    };

    describeRaces(inWorld);
    describeEndings(inWorld);
    describeUpstreamFaults(inWorld);
    describeOutages(inWorld, outages);
  });
}
