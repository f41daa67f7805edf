/** Why a request is refused before any route sees it; null where it may pass. */
export type OriginRefusal = string | null;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True for an address or name that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || host === '::1';
}

/**
 * Guards against DNS rebinding and pages that call us across origins (CVE-2025-66414): the Host must be a name of this
 * machine or the one that we listen on, and a browser's Origin must be such a name too. Requests without Origin do not
 * come from a page. Nobody's rights are ever derived from Host.
 */
export function checkOrigin(host: string | null, origin: string | null, listeningOn: string): OriginRefusal {
  const allowed = (name: string) => LOOPBACK.test(name) || name === listeningOn.toLowerCase();
  const hostname = hostnameOf(`http://${host ?? ''}`);
  if (hostname === null || !allowed(hostname)) return `The Host header ${quote(host)} is not a name of this server.`;
  if (origin === null) return null;
  const originName = hostnameOf(origin);
  if (originName === null || !allowed(originName))
    return `Pages of the origin ${quote(origin)} may not call this server.`;
  return null;
}

/** The host name of an http(s) URL that is nothing but an origin; null for anything else (`null`, a path, credentials). */
function hostnameOf(url: string): string | null {
  if (!/^https?:\/\/[^/@?#\s]+$/.test(url)) return null;
  try {
    return new URL(url).hostname.toLowerCase();
  } catch {
    return null;
  }
}

function quote(value: string | null): string {
  return value === null ? '(none)' : JSON.stringify(value.slice(0, 80));
}
