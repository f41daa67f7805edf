export interface SseEvent {
  /** The event's name; null where it has none. */
  readonly name: string | null;
  readonly data: string;
  /** False where the stream ended before the blank line that ends an event: it may be cut off. */
  readonly terminated: boolean;
}

export interface SseDecoder {
  /** The events that these bytes complete. Throws `RangeError` for an event beyond the size limit. */
  push(bytes: Uint8Array): SseEvent[];
  /** The event that the end of the stream left open, if any. */
  end(): SseEvent[];
}

/** An event of more characters than this is a fault: no provider sends one, and memory is finite. */
export const MAX_EVENT_CHARACTERS = 10 * 1024 * 1024;

/**
 * Decodes `text/event-stream` (WHATWG HTML, 9.2) from bytes split anywhere: in a character, between CR and LF, in a
 * name. Unlike the standard it hands out an event that the end of the stream left open, marked as such.
 */
export function createSseDecoder(maxEventCharacters = MAX_EVENT_CHARACTERS): SseDecoder {
  const utf8 = new TextDecoder(); // drops a byte order mark at the start, puts U+FFFD for what is not UTF-8
  let line = '';
  let skipLineFeed = false;
  let name: string | null = null;
  let data: string[] = [];
  let size = 0;

  const takeEvent = (terminated: boolean, events: SseEvent[]) => {
    if (data.length > 0) events.push({ name, data: data.join('\n'), terminated });
    name = null;
    data = [];
    size = 0;
  };
  const takeLine = (events: SseEvent[]) => {
    const complete = line;
    line = '';
    if (complete === '') return takeEvent(true, events);
    const colon = complete.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? complete : complete.slice(0, colon);
    const start = complete[colon + 1] === ' ' ? colon + 2 : colon + 1;
    const value = colon < 0 ? '' : complete.slice(start);
    if (field === 'data') {
      data.push(value);
      size += value.length + 1;
    } else if (field === 'event') name = value;
  };
  const takeText = (text: string, events: SseEvent[]) => {
    let from = 0;
    if (skipLineFeed && text.length > 0) {
      if (text.startsWith('\n')) from = 1;
      skipLineFeed = false;
    }
    let lineFeed = text.indexOf('\n', from);
    let carriageReturn = text.indexOf('\r', from);
    for (;;) {
      if (lineFeed >= 0 && lineFeed < from) lineFeed = text.indexOf('\n', from);
      if (carriageReturn >= 0 && carriageReturn < from) carriageReturn = text.indexOf('\r', from);
      const end = earlier(lineFeed, carriageReturn);
      line += end < 0 ? text.slice(from) : text.slice(from, end);
      if (line.length + size > maxEventCharacters) {
        throw new RangeError(`an event of the stream is longer than ${maxEventCharacters} characters`);
      }
      if (end < 0) return;
      takeLine(events);
      from = end + 1;
      if (end !== carriageReturn) continue;
      if (from === text.length) skipLineFeed = true;
      else if (text[from] === '\n') from++;
    }
  };

  return {
    push(bytes) {
      const events: SseEvent[] = [];
      takeText(utf8.decode(bytes, { stream: true }), events);
      return events;
    },
    end() {
      const events: SseEvent[] = [];
      takeText(utf8.decode(), events);
      if (line !== '') takeLine(events);
      takeEvent(false, events);
      return events;
    },
  };
}

/** The smaller of two positions, where -1 means nowhere. */
function earlier(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}
