import { isIP } from 'node:net';

import { headerValuesOf, nodeRequestOf, type PlatformRequest } from '../../http/platform.js';

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;

/**
 * Where a request comes from, as limits count it: an IPv4 address, or the /64 of an IPv6 address, since one subscriber has at least that
 * many. What a proxy on this machine says is believed, and of that the last entry alone: the others are the client's own words.
 *
 * @returns `null` for whoever sits at this machine.
 */
export function clientNetworkOf(request: PlatformRequest): string | null {
  const peer = nodeRequestOf(request).socket.remoteAddress ?? '';
  const isLocal = LOOPBACK.test(peer);
  const forwarded = isLocal ? headerValuesOf(request, 'x-forwarded-for').join(',').split(',').at(-1)?.trim() : '';
  if (isLocal && !forwarded) return null;
  const address = (forwarded !== undefined && forwarded !== '' ? forwarded : peer).replace(MAPPED_IPV4, '');
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      return networkOf(address);
    default:
      // A proxy that hides its clients, or sends names for them: they share what one of them may do.
      return 'unknown';
  }
}

/** The first four groups of an IPv6 address. */
function networkOf(address: string): string {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(gap).fill('0'), ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
