import type { Writable } from 'node:stream';
import pc from 'picocolors';
import type { Terminal } from './deps.ts';

type Colours = ReturnType<typeof pc.createColors>;

/** One of the two output streams, with what is known about who reads it. */
export interface Printer {
  readonly colours: Colours;
  readonly isTerminal: boolean;
  /** Columns that a line may have. */
  readonly width: number;
  /** Aborted once nobody reads any more (`| head`); writing then does nothing. */
  readonly gone: AbortSignal;
  /** Writes, and resolves when the stream has taken it. Rejects when the disk is full and the like. */
  write(text: string): Promise<void>;
  line(text?: string): Promise<void>;
}

const WIDTH_WITHOUT_TERMINAL = 100;

/** A printer for a stream. Colours only for a terminal, and not where NO_COLOR is set (picocolors reads it). */
export function createPrinter(stream: Writable, isTerminal: boolean, terminal: Terminal): Printer {
  const gone = new AbortController();
  const colours = pc.createColors(terminal.colours ?? (isTerminal && pc.isColorSupported));
  // Without a listener an EPIPE would end the process; the callback of `write` deals with it.
  stream.on('error', () => {});

  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      if (gone.signal.aborted || text === '') return resolve();
      stream.write(text, (error) => {
        if (error && !isBrokenPipe(error)) return reject(error);
        if (error) gone.abort();
        resolve();
      });
    });

  return {
    colours,
    isTerminal,
    // Some terminals say that they are 0 wide.
    width: isTerminal ? Math.max(40, terminal.columns || WIDTH_WITHOUT_TERMINAL) : WIDTH_WITHOUT_TERMINAL,
    gone: gone.signal,
    write,
    line: (text = '') => write(`${text}\n`),
  };
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
