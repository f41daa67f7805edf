import { Transform, type TransformCallback } from 'node:stream';

/** A line that was too long to keep: enough of both ends to find out which request it was. */
export interface LostLine {
  readonly bytes: number;
  readonly head: string;
  readonly tail: string;
}

const KEPT_END = 512;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/**
 * Passes whole lines on, each as one chunk, which also spares the reader from copying a growing buffer with every
 * chunk of a large message. A line beyond the limit is dropped as it comes, told to `onLost`, and the next one is
 * served: without this the SDK's transport closes the connection.
 */
export function limitLines(maxBytes: number, onLost: (line: LostLine) => void): Transform {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let head = EMPTY;
  let tail = EMPTY;

  const add = (piece: Buffer) => {
    bytes += piece.length;
    if (head.length < KEPT_END) head = Buffer.concat([head, piece.subarray(0, KEPT_END - head.length)]);
    tail = Buffer.concat([tail, piece.subarray(-KEPT_END)]).subarray(-KEPT_END);
    if (bytes <= maxBytes) pieces.push(piece);
    else pieces = [];
  };
  const end = (push: (line: Buffer) => void) => {
    if (bytes <= maxBytes) push(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
    else onLost({ bytes, head: head.toString('utf8'), tail: tail.toString('utf8') });
    pieces = [];
    bytes = 0;
    head = EMPTY;
    tail = EMPTY;
  };

  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      let start = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
        add(chunk.subarray(start, at + 1));
        end((line) => this.push(line));
        start = at + 1;
      }
      if (start < chunk.length) add(chunk.subarray(start));
      done();
    },
  });
}

/**
 * The id of a JSON-RPC request of which only both ends are known. Clients write the id near the start or at the very
 * end; null, as JSON-RPC has it, where it is found at neither.
 */
export function requestIdOf({ head, tail }: LostLine): string | number | null {
  const id = '"id"\\s*:\\s*(-?\\d+|"(?:[^"\\\\]|\\\\.){0,200}")';
  const found =
    head.match(new RegExp(`^\\s*\\{(?:\\s*"(?:jsonrpc|method)"\\s*:\\s*"[^"]*"\\s*,)*\\s*${id}\\s*,`)) ??
    tail.match(
      new RegExp(
        `[}\\]"]\\s*,(?:\\s*"jsonrpc"\\s*:\\s*"2\\.0"\\s*,)?\\s*${id}(?:\\s*,\\s*"jsonrpc"\\s*:\\s*"2\\.0")?\\s*\\}\\s*$`,
      ),
    );
  return found?.[1] === undefined ? null : (JSON.parse(found[1]) as string | number);
}
