import { type BlockList, isIP } from 'node:net';
import { subnets } from '../lib/subnets.ts';

const NEVER = subnets([
  '169.254.0.0/16',
  '100.100.100.200/32',
  '0.0.0.0/8',
  'fe80::/10',
  'fd00:ec2::254/128',
  '::/128',
]);
const LOOPBACK = subnets(['127.0.0.0/8', '::1/128']);
const PRIVATE = subnets(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);
const METADATA_NAMES = new Set(['metadata.google.internal', 'metadata', 'instance-data']);
const PRIVATE_NAME = /(^[^.]+|\.(local|lan|internal|home\.arpa|intranet))$/;

/**
 * Why requests (and keys) must not be sent to this base URL; null where they may. Plain http is for loopback and for
 * private networks that the configuration calls `local`; addresses of cloud metadata services are refused always.
 * Names are not resolved here: whoever connects must check the address that a name turned out to have.
 */
export function refuseEndpoint(
  baseUrl: string,
  options: { readonly local: boolean; readonly allowInsecureHttp: boolean },
): string | null {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an http or https URL, such as "https://host/v1"';
  if (url.username || url.password) return 'must not hold a user name or password; use apiKey or headers';
  if (url.search || url.hash) return 'must not have a query or fragment';
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (METADATA_NAMES.has(host) || contains(NEVER, host)) {
    return `points to ${host}, a link-local or metadata address that requests are never sent to`;
  }
  if (url.protocol === 'https:' || options.allowInsecureHttp || isLoopback(host)) return null;
  const isPrivate = isIP(host) ? contains(PRIVATE, host) : PRIVATE_NAME.test(host);
  if (isPrivate && options.local) return null;
  return isPrivate
    ? 'is plain http to a private network; say "local": true for the provider if that network is trusted, or use https'
    : 'is plain http, which shows keys and prompts to everybody on the way; use https, or set policy.allowInsecureHttp';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || contains(LOOPBACK, host);
}

function contains(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
