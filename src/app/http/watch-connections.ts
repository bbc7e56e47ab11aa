import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

const SWEEP_EVERY_MS = 50;
/** So many turns without a new connection, and nobody waits any more. */
const QUIET_TURNS = 3;
/** Where new ones keep coming, the door closes all the same. */
const MAX_TURNS = 1_000;

/**
 * Watches the connections of a server, so that it can be stopped without losing a request and without waiting for anybody who asks
 * nothing.
 *
 * @returns a function that stops the server from accepting connections and resolves when its last request is answered. Connections
 *   without a request are closed: those that are kept alive, those whose last request ends, and those that browsers open in advance,
 *   which Node itself does not count as idle.
 */
export function watchConnections(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket) => {
    accepted++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // On a busy machine a request may have arrived and not been read yet: whoever is silent twice has sent nothing.
  let silentBefore = new Set<Socket>();
  const closeIdle = (): void => {
    server.closeIdleConnections();
    const silent = new Set([...sockets].filter((socket) => socket.bytesRead === 0));
    for (const socket of silent) if (silentBefore.has(socket)) socket.destroy();
    silentBefore = silent;
  };
  // Whom the system has let in already, closing would cut off. Node accepts one of them a turn of the event loop.
  const acceptWaiting = async (): Promise<void> => {
    let quietTurns = 0;
    for (let turn = 0; turn < MAX_TURNS && quietTurns < QUIET_TURNS; turn++) {
      const before = accepted;
      await nextTurn();
      quietTurns = accepted === before ? quietTurns + 1 : 0;
    }
  };
  return async () => {
    await acceptWaiting();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    // After the poll phase, in which what has arrived is read.
    const sweep = setInterval(() => setImmediate(closeIdle), SWEEP_EVERY_MS);
    try {
      await closed;
    } finally {
      clearInterval(sweep);
    }
  };
}
