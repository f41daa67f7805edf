import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '../lib/public-address.ts';

/** A host that turned out to lie where nothing is to be sent. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor(host: string) {
    // The address itself would tell whoever wrote the URL what our network looks like inside.
    super(`${host} is not on the public internet, and "allowPrivateAddresses" is not set`);
  }
}

/**
 * Resolves a name for a connection, and refuses it where any of its addresses is not public. The check is made on the
 * very addresses that are connected to, so that a name which answers differently the second time gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error) callback(error, '', 0);
    else if (!first || addresses.some(({ address }) => !isPublicAddress(address))) {
      callback(new PrivateAddressError(hostname), '', 0);
    } else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
