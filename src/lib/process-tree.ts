import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { killMarked, newTreeMark, TREE_MARK } from './tree-mark.ts';

export interface SpawnTreeOptions {
  readonly cwd?: string;
  /** All that the program sees of an environment, but for the mark of its tree: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Written to its stdin, which is then closed; absent: stdin is empty. */
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** Of stdout and of stderr, each; what comes after that ends the program. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal;
  /** Called with each piece of stdout as it comes. */
  readonly onStdout?: (text: string) => void;
}

export interface SpawnTreeResult {
  readonly stdout: string;
  readonly stderr: string;
  /** null where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** It wrote more than was allowed, and was ended for it. */
  readonly truncated: boolean;
}

/** How long pipes that a surviving grandchild holds open are waited for after the program itself has ended. */
const PIPES_LINGER_MS = 500;
/** How long a program that was told to end may take before it is killed. */
const GRACE_MS = 500;

/**
 * Runs a program, without a shell, in a process group of its own, and ends that whole group on timeout, abort or too
 * much output, and after the program has ended, so that nothing it started outlives it: first politely, then by force.
 * Where the system has `/proc` (Linux), processes that left the group are found by a mark in their environment, too;
 * elsewhere one that begins a session of its own escapes. Resolves however the program ended; rejects with the system's
 * error where it cannot be started, and with the signal's reason where that aborted, once everything has ended.
 */
export async function spawnTree(argv: readonly string[], options: SpawnTreeOptions): Promise<SpawnTreeResult> {
  options.signal?.throwIfAborted();
  const [program = '', ...args] = argv;
  const mark = newTreeMark();
  const child = spawn(program, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...options.env, [TREE_MARK]: mark },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const tree = createTree(child);
  let timedOut = false;
  let truncated = false;
  const overflow = () => {
    truncated = true;
    tree.end();
  };
  const stdout = collect(child.stdout, options.maxOutputBytes, overflow, options.onStdout);
  const stderr = collect(child.stderr, options.maxOutputBytes, overflow);
  const timer = setTimeout(
    () => {
      timedOut = true;
      tree.end();
    },
    Math.min(options.timeoutMs, LONGEST_TIMER_MS),
  );
  options.signal?.addEventListener('abort', tree.end, { once: true });
  // Whatever ends this process while the program runs ends the program, too.
  process.once('exit', tree.kill);
  // A program that does not read its input closes the pipe under our hands, which is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  try {
    const { exitCode, signal } = await ended(child, tree);
    options.signal?.throwIfAborted();
    return { stdout: stdout(), stderr: stderr(), exitCode, signal, timedOut, truncated };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', tree.end);
    process.removeListener('exit', tree.kill);
    if (child.pid !== undefined) await killMarked(mark);
    tree.kill();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Node's timers overflow beyond this many ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Ending = Pick<SpawnTreeResult, 'exitCode' | 'signal'>;

/** Waits for the program and then, for a moment only, for what is still in its pipes. */
function ended(child: ChildProcess, tree: ProcessTree): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let linger: NodeJS.Timeout | undefined;
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => {
      linger = setTimeout(() => resolve({ exitCode, signal }), PIPES_LINGER_MS);
      // What it started and left behind would hold the pipes open.
      tree.end();
    });
    child.once('close', (exitCode, signal) => {
      clearTimeout(linger);
      resolve({ exitCode, signal });
    });
  });
}

function collect(
  stream: NodeJS.ReadableStream,
  maxBytes: number,
  overflow: () => void,
  onText?: (text: string) => void,
): () => string {
  const decoder = new StringDecoder('utf8');
  let text = '';
  let bytes = 0;
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => {
    if (bytes >= maxBytes) return;
    const kept = chunk.subarray(0, maxBytes - bytes);
    bytes += chunk.length;
    const piece = decoder.write(kept);
    text += piece;
    onText?.(piece);
    if (bytes > maxBytes) overflow();
  });
  return () => text + decoder.end();
}

interface ProcessTree {
  /** Asks it to end, and kills it where it has not after a moment. */
  end(): void;
  kill(): void;
}

/** A program with everything in its process group. */
function createTree(child: ChildProcess): ProcessTree {
  let force: NodeJS.Timeout | undefined;
  const kill = () => {
    clearTimeout(force);
    signalTree(child, 'SIGKILL');
  };
  return {
    kill,
    end() {
      if (force !== undefined) return;
      signalTree(child, 'SIGTERM');
      force = setTimeout(kill, GRACE_MS).unref();
    },
  };
}

/** Does nothing where none of it runs any more. Windows knows no signals: there the tree is killed at once. */
function signalTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    if (child.exitCode === null && child.signalCode === null) {
      spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
        'error',
        () => {
          child.kill('SIGKILL');
        },
      );
    }
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone: its last process has ended.
  }
}
