import { IncomingMessage } from 'node:http';
import { BlockList, Socket } from 'node:net';

import { clientNetworkOf } from './client-network.js';
import { addTrustedProxy, LOOPBACK_PROXIES } from './trusted-proxies.js';

function networkOf(peer: string, forwarded: readonly string[], trusted = LOOPBACK_PROXIES): string | null {
  const proxies = new BlockList();
  expect(trusted.map((entry) => addTrustedProxy(proxies, entry))).not.toContain(false);
  const request = new IncomingMessage(Object.defineProperty(new Socket(), 'remoteAddress', { value: peer }));
  request.rawHeaders = forwarded.flatMap((field) => ['X-Forwarded-For', field]);
  return clientNetworkOf(request, proxies);
}

describe('where a request comes from', () => {
  it.each<[string, string, string[], string | null]>([
    ['this machine', '127.0.0.1', [], null],
    ['this machine, over IPv6', '::1', [], null],
    ['this machine, over a socket for both', '::ffff:127.0.0.1', [], null],
    ['this machine, in an empty field', '127.0.0.1', [''], null],
    ['elsewhere', '203.0.113.7', [], '203.0.113.7'],
    ['elsewhere, over a socket for both', '::ffff:203.0.113.7', [], '203.0.113.7'],
    ['elsewhere, which says that it is a proxy', '203.0.113.7', ['198.51.100.1'], '203.0.113.7'],
    ['a proxy on this machine', '127.0.0.1', ['198.51.100.1'], '198.51.100.1'],
    ['a client that brings a field of its own', '127.0.0.1', ['192.0.2.1, 198.51.100.1'], '198.51.100.1'],
    ['the same, in two fields', '127.0.0.1', ['192.0.2.1', '198.51.100.1'], '198.51.100.1'],
    ['this machine, through a proxy on it', '127.0.0.1', ['127.0.0.1'], '127.0.0.1'],
    ['nobody knows where', '127.0.0.1', ['unknown'], 'unknown'],
    ['a name', '127.0.0.1', ['client.example'], 'unknown'],
    ['no connection at all', '', [], 'unknown'],
    ['the network of an IPv6 address', '2001:db8:0:1::5', [], '2001:db8:0:1::/64'],
    ['the same in another spelling', '2001:DB8::1:0:0:0:5', [], '2001:db8:0:1::/64'],
    ['an interface', 'fe80::1%eth0', [], 'fe80:0:0:0::/64'],
  ])('%s', (_where, peer, forwarded, network) => {
    expect(networkOf(peer, forwarded)).toBe(network);
  });

  it.each<[string, string, string[], string | null]>([
    ['a proxy in the network', '10.1.2.3', ['198.51.100.1'], '198.51.100.1'],
    ['two of them, one behind the other', '10.1.2.3', ['192.0.2.1, 198.51.100.1, 10.9.9.9'], '198.51.100.1'],
    ['a trusted one behind one that is not', '10.1.2.3', ['10.9.9.9, 198.51.100.1'], '198.51.100.1'],
    ['a proxy over IPv6', '2001:db8:ffff::1', ['198.51.100.1'], '198.51.100.1'],
    ['a proxy by its own address', '192.0.2.80', ['198.51.100.1'], '198.51.100.1'],
    ['its neighbour', '192.0.2.81', ['198.51.100.1'], '192.0.2.81'],
    ['a proxy that asks for itself', '10.1.2.3', [], '10.1.2.3'],
    ['a chain of proxies alone', '10.1.2.3', ['10.4.5.6'], '10.4.5.6'],
    ['a proxy on this machine, which is not in the list', '127.0.0.1', ['198.51.100.1'], '127.0.0.1'],
    ['this machine', '127.0.0.1', [], null],
  ])('behind proxies that are named: %s', (_where, peer, forwarded, network) => {
    expect(networkOf(peer, forwarded, ['10.0.0.0/8', '2001:db8:ffff::/48', '192.0.2.80'])).toBe(network);
  });

  it('believes nobody where nobody is trusted', () => {
    expect(networkOf('203.0.113.7', ['198.51.100.1'], [])).toBe('203.0.113.7');
    expect(networkOf('127.0.0.1', ['198.51.100.1'], [])).toBe('127.0.0.1');
  });
});
