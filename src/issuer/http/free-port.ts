import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A port that is free on an address: the issuer writes its URL into tokens, so it has to know its port before it listens. */
export async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
