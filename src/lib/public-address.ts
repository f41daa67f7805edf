import { isIP } from 'node:net';
import { subnets } from './subnets.ts';

/**
 * What is not the public internet (IANA's special-purpose registries): this host, private networks, link-local with the
 * metadata services of clouds, carrier networks, multicast, documentation, and ranges that carry an IPv4 address inside.
 */
const SPECIAL = subnets([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]);
/** Outside of this no IPv6 address is public: not loopback, mapped IPv4, NAT64, unique local, link-local or multicast. */
const GLOBAL_IPV6 = subnets(['2000::/3']);

/** Whether an IP address belongs to the public internet. False also for a text that is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !SPECIAL.check(address, 'ipv4');
    case 6:
      return GLOBAL_IPV6.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
    default:
      return false;
  }
}

/** The host of a URL as an address without brackets; null where it is a name. Decimal, octal and hex forms are dotted by URL. */
export function literalAddress({ hostname }: URL): string | null {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? null : host;
}
