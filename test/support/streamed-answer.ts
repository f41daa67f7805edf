import type { ServerResponse } from 'node:http';

/** Begins an answer as server-sent events. */
export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** One piece of text of a streamed completion. */
export function sendText(response: ServerResponse, content: string): void {
  send(response, { choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] });
}

/** The end of a streamed completion, with what it used. */
export function endStream(response: ServerResponse, promptTokens: number, completionTokens: number): void {
  send(response, {
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  });
  response.end('data: [DONE]\n\n');
}

function send(response: ServerResponse, parts: Readonly<Record<string, unknown>>): void {
  const chunk = { id: 'chatcmpl-stream', object: 'chat.completion.chunk', created: 1_700_000_000, ...parts };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}
