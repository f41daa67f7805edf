import { BlockList } from 'node:net';

/** The addresses of subnets such as `10.0.0.0/8` and `fc00::/7`. */
export function subnets(list: readonly string[]): BlockList {
  const addresses = new BlockList();
  for (const subnet of list) {
    const [address = '', prefix = ''] = subnet.split('/');
    addresses.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return addresses;
}
