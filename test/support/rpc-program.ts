import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Program, type ProgramOptions, startProgram } from './program.ts';

export interface RpcMessage {
  readonly jsonrpc: '2.0';
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: {
    readonly content?: readonly { readonly text?: string }[];
    readonly isError?: boolean;
    readonly [name: string]: unknown;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

export interface RpcProgram extends Program {
  /** Sends a request and resolves with the message that answers it. */
  request(method: string, params?: unknown): Promise<RpcMessage>;
  call(tool: string, args: Record<string, unknown>): Promise<RpcMessage>;
  /** Every line of standard output so far, parsed; throws where one is not JSON. */
  messages(): readonly RpcMessage[];
}

/** `farebox mcp` spoken to line by line, without an SDK in between; initialized as a legacy client does. */
export async function rpcProgram(options: ProgramOptions): Promise<RpcProgram> {
  const program = startProgram(['mcp'], { ...options, input: 'open' });
  const waiting = new Map<number, (message: RpcMessage) => void>();
  createInterface({ input: program.child.stdout as Readable }).on('line', (line) => {
    const message = JSON.parse(line) as RpcMessage;
    if (typeof message.id === 'number') waiting.get(message.id)?.(message);
  });
  let lastId = 0;
  const request = (method: string, params: unknown = {}) => {
    lastId += 1;
    const id = lastId;
    program.say(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return new Promise<RpcMessage>((resolve, reject) => {
      waiting.set(id, resolve);
      void program.ended.then(({ stderr }) => reject(new Error(`The program ended without an answer: ${stderr}`)));
    });
  };
  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'line-by-line', version: '1.0.0' },
  });
  program.say(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  return {
    ...program,
    request,
    call: (name, args) => request('tools/call', { name, arguments: args }),
    messages: () =>
      program
        .stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as RpcMessage),
  };
}

/** The text of a tool's result. */
export function textOfMessage({ result, error }: RpcMessage): string {
  return result?.content?.map((block) => block.text ?? '').join('') ?? `error: ${error?.message}`;
}
