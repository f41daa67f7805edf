import type { ProviderCall } from './provider.ts';
import { untranslatable } from './untranslatable.ts';

/** An image that stands in its own address. */
export interface DataUrl {
  /** In lower case, e.g. `image/png`. */
  readonly mediaType: string;
  /** Base64, and nothing else. */
  readonly data: string;
}

const HEAD = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/** Of these a data URL may hold the text itself. */
const TEXTUAL = /^(text\/|image\/svg\+xml$)/;

/**
 * The parts of a data URL; null where it is none. Text that is not base64 there is made base64 here. Throws
 * `untranslatable` for base64 that is broken, empty or missing: a provider would refuse the whole conversation for it.
 */
export function readDataUrl(url: string, call: ProviderCall): DataUrl | null {
  if (!/^data:/i.test(url)) return null;
  const head = HEAD.exec(url);
  const mediaType = head?.[1]?.toLowerCase() || 'text/plain';
  const rest = url.slice(head?.[0].length ?? url.length);
  const data = /;base64$/i.test(head?.[2] ?? '') ? standardBase64(rest) : base64OfText(rest, mediaType);
  if (data === null || data === '') {
    throw untranslatable(
      call,
      `An image is broken: ${JSON.stringify(url.slice(0, 40))} is no whole data URL; write data:image/png;base64, and the image's base64 behind it.`,
    );
  }
  return { mediaType, data };
}

/** Without line breaks and in the usual alphabet; null where it is no base64. */
function standardBase64(text: string): string | null {
  const plain = /[^A-Za-z0-9+/=]/.test(text)
    ? percentDecoded(text).replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/')
    : text;
  const bare = plain.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) return null;
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
}

function base64OfText(text: string, mediaType: string): string | null {
  return TEXTUAL.test(mediaType) ? Buffer.from(percentDecoded(text), 'utf8').toString('base64') : null;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
