import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Two ports of the loopback interface that nobody listens on: the URLs of the app must be known before it starts. */
export async function findFreePorts(): Promise<{ PORT: string; ISSUER_PORT: string }> {
  const servers = [createServer(), createServer()].map((server) => server.listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [port = '', issuerPort = ''] = servers.map((server) => String((server.address() as AddressInfo).port));
  await Promise.all(
    servers.map((server) => {
      server.close();
      return once(server, 'close');
    }),
  );
  return { PORT: port, ISSUER_PORT: issuerPort };
}
