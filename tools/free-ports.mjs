// Prints as many free loopback ports as asked for, all different.
import { createServer } from 'node:net';

const servers = Array.from({ length: Number(process.argv[2] ?? 1) }, () => createServer());
await Promise.all(servers.map((server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))));
console.log(servers.map((server) => server.address().port).join(' '));
for (const server of servers) server.close();
