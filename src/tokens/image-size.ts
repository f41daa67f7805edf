/** In pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GIF = [0x47, 0x49, 0x46, 0x38];
const JPEG = [0xff, 0xd8];

/** The size of a PNG, GIF or JPEG from the beginning of its file; null for anything else, or where it is not told there. */
export function readImageSize(bytes: Uint8Array): ImageSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const startsWith = (start: readonly number[]) => start.every((byte, index) => bytes[index] === byte);
  if (startsWith(PNG) && bytes.length >= 24) return sizeOrNull(view.getUint32(16), view.getUint32(20));
  if (startsWith(GIF) && bytes.length >= 10) return sizeOrNull(view.getUint16(6, true), view.getUint16(8, true));
  return startsWith(JPEG) ? jpegSize(view) : null;
}

/** Walks the segments of a JPEG to its frame header. */
function jpegSize(view: DataView): ImageSize | null {
  let at = 2;
  while (at + 9 < view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    // 0xc0 to 0xcf begin a frame, but for tables (c4), extensions (c8) and arithmetic conditioning (cc).
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return sizeOrNull(view.getUint16(at + 7), view.getUint16(at + 5));
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function sizeOrNull(width: number, height: number): ImageSize | null {
  return width > 0 && height > 0 ? { width, height } : null;
}
