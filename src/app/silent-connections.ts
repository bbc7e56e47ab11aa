import type { Socket } from 'node:net';
import type { DataSource } from 'typeorm';

/** What the pools of pg and mysql2 have in common. */
interface Pool {
  on(event: 'acquire', listener: (connection: PooledConnection) => void): void;
  /** pg gives an error first. */
  on(event: 'release', listener: (...given: readonly unknown[]) => void): void;
}

/** mysql2 has the socket on the connection, pg one step further in. */
interface PooledConnection {
  readonly stream?: Socket;
  readonly connection?: { readonly stream?: Socket };
}

/**
 * Ends a connection that is in use and brings nothing for this long. The drivers' own time limits only stop waiting: the connection
 * goes back to the pool, and whoever gets it next waits behind the statement that hangs. So one lost server would use up the pool.
 */
export function dropSilentConnections(dataSource: DataSource, timeoutMs: number): void {
  const pool = findPool(dataSource);
  if (pool === null) return;
  const watched = new WeakSet<Socket>();
  pool.on('acquire', (connection) => {
    const socket = socketOf(connection);
    if (socket === undefined) return;
    socket.setTimeout(timeoutMs);
    if (watched.has(socket)) return;
    watched.add(socket);
    socket.on('timeout', () => socket.destroy(new Error('The database does not answer.')));
  });
  pool.on('release', (...given) => socketOf(given.at(-1) as PooledConnection | undefined)?.setTimeout(0));
}

function findPool({ driver }: DataSource): Pool | null {
  const pool: unknown = Reflect.get(driver, driver.options.type === 'postgres' ? 'master' : 'pool');
  return typeof pool === 'object' && pool !== null && 'on' in pool ? (pool as Pool) : null;
}

function socketOf(connection: PooledConnection | undefined): Socket | undefined {
  return connection?.stream ?? connection?.connection?.stream;
}
