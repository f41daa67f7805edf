import type { Clock } from '../lib/clock.ts';
import { duration } from './format.ts';
import { plainLine } from './plain-text.ts';
import type { Printer } from './printer.ts';

/** One line on a terminal that says what is going on, and goes away. Says nothing where there is no terminal. */
export interface StatusLine {
  show(text: string): void;
  /** Removes the line for good, before anything else is printed. */
  clear(): Promise<void>;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const ERASE = '\r\u001b[K';

export function createStatusLine(stderr: Printer, clock: Clock): StatusLine {
  if (!stderr.isTerminal) return { show: () => {}, clear: async () => {} };
  const over = new AbortController();
  const began = clock.monotonic();
  let text = '';

  const paint = async () => {
    for (let frame = 0; !over.signal.aborted; frame++) {
      const line = `${FRAMES[frame % FRAMES.length]} ${text} ${duration(clock.monotonic() - began)}`;
      await stderr.write(`${ERASE}${stderr.colours.dim(line.slice(0, stderr.width - 1))}`);
      await clock.sleep(100, over.signal).catch(() => {}); // Aborted: the loop's condition ends it.
    }
    await stderr.write(ERASE);
  };
  let painting: Promise<void> | undefined;
  return {
    show(next) {
      text = plainLine(next);
      painting ??= paint();
    },
    async clear() {
      over.abort();
      await painting;
    },
  };
}
