// The issuer of all tokens, and the sender of all requests: a process of its own.
import { performance } from 'node:perf_hooks';

import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { serve } from '../process/serve.mjs';
import { Connection } from './connection.mjs';
import { Lane } from './lane.mjs';
import { newPerson, REQUESTS, requestsBySession } from './requests.mjs';

const issuer = await CotterTestIssuer.start();
const sets = new Map();
const people = new Map();
const pools = new Map();

async function connectionsTo(port, count) {
  const pool = pools.get(port) ?? [];
  pools.set(port, pool);
  while (pool.length < count) pool.push(await Connection.open(port));
  return pool.slice(0, count);
}

/** Sends the requests of each lane over connections of its own. `cursor` remembers where a rotation stopped. */
async function run({ port, lanes, warmMs, sliceMs }) {
  const connections = await connectionsTo(
    port,
    lanes.reduce((sum, lane) => sum + lane.connections, 0),
  );
  const running = lanes.map(
    ({ set, once }) => new Lane(sets.get(set).requests, { once, start: once === true ? 0 : sets.get(set).cursor }),
  );
  const warmUntil = performance.now() + warmMs;
  const driven = lanes.flatMap((lane, index) =>
    connections
      .splice(0, lane.connections)
      .map((connection) => running[index].drive(connection, warmUntil, warmUntil + sliceMs)),
  );
  await Promise.all(driven);
  return {
    answered: running.reduce((sum, lane) => sum + lane.answered, 0),
    lanes: running.map((lane, index) => {
      const { next, ...summary } = lane.summary();
      if (!lanes[index].once) sets.get(lanes[index].set).cursor = next;
      return summary;
    }),
  };
}

serve(
  {
    run,
    prepare: ({ set, kind, count, crowd, ...more }) => {
      const requests = REQUESTS[kind](issuer, { count, people: people.get(crowd), ...more });
      sets.set(set, { requests, cursor: 0 });
    },
    signIn: async ({ set, ...at }) => {
      sets.set(set, { requests: await requestsBySession(issuer, at), cursor: 0 });
    },
    meet: ({ crowd, count }) => void people.set(crowd, Array.from({ length: count }, newPerson)),
    forget: ({ port }) => {
      for (const connection of pools.get(port) ?? []) connection.close();
      pools.delete(port);
    },
  },
  { issuer: issuer.url, apiKeyId: issuer.apiKeyId },
);
