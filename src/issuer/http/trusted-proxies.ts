import { isIP, type BlockList } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;
const NETWORK = /^([^/]+)(?:\/(\d{1,3}))?$/;

/** Proxies on this machine. */
export const LOOPBACK_PROXIES: readonly string[] = ['127.0.0.0/8', '::1'];

/**
 * Adds an address or a network (CIDR) to the proxies that are trusted.
 *
 * @returns whether it is one.
 */
export function addTrustedProxy(proxies: BlockList, entry: unknown): boolean {
  const [, text = '', prefix] = typeof entry === 'string' ? (NETWORK.exec(entry) ?? []) : [];
  const version = isIP(text);
  const width = version === 4 ? 32 : 128;
  const length = prefix === undefined ? width : Number(prefix);
  if (version === 0 || text.includes('%') || length > width) return false;
  proxies.addSubnet(text, length, version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

/** @param address - As {@link plainAddress} gives it; what is no address is among no proxies. */
export function isAmong(proxies: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && proxies.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** An address as its family writes it: an IPv4 one not as IPv6, and without the name of a network interface. */
export function plainAddress(text: string): string {
  return (text.trim().split('%', 1)[0] ?? '').replace(MAPPED_IPV4, '');
}
