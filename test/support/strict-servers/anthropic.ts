import { demand, demandNames, dribble, type Json, listOf, piecesOf, type SeenTurn, sse, type Wire } from './wire.ts';

const toolsOf = (body: Json) =>
  demandNames(
    listOf(body['tools']).map(({ name }) => name),
    /^[a-zA-Z0-9_-]{1,64}$/,
  );

const signatureOf = (at: number) => `c2lnbmVk${at}`;

function read({ body, headers, path }: Parameters<Wire['read']>[0]): readonly SeenTurn[] {
  demand(path === '/v1/messages', 'not found');
  demand(headers['x-api-key'] === 'sk-test' && headers['anthropic-version'] === '2023-06-01', 'headers');
  const tools = toolsOf(body);
  const messages = listOf(body['messages']);
  const turns: SeenTurn[] = [];
  const used = new Set<unknown>();
  for (const [index, message] of messages.entries()) {
    const blocks = listOf(message['content']);
    demand(message['role'] === (index % 2 === 0 ? 'user' : 'assistant'), `messages.${index}: roles must alternate`);
    demand(blocks.length > 0, `messages.${index}: content must not be empty`);
    for (const { type, text } of blocks)
      demand(type !== 'text' || String(text).trim() !== '', 'text content blocks must contain non-whitespace text');
    if (message['role'] === 'user') continue;
    const uses = blocks.filter(({ type }) => type === 'tool_use');
    const thinking = blocks[0];
    demand(thinking?.['type'] === 'thinking', 'a turn with thinking must begin with it');
    demand(
      thinking['signature'] === signatureOf(turns.length),
      `messages.${index}: Invalid signature in thinking block`,
    );
    demand(thinking['thinking'] === `Thought ${turns.length}.`, 'thinking blocks cannot be modified');
    for (const { id } of uses) {
      demand(/^[a-zA-Z0-9_-]+$/.test(String(id)) && !used.has(id), '`tool_use` ids must be allowed and unique');
      used.add(id);
    }
    const answers = listOf(messages[index + 1]?.['content']);
    const results = uses.map(({ id }, place) => {
      const result = answers[place];
      demand(
        result?.['type'] === 'tool_result' && answers.some((each) => each['tool_use_id'] === id),
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${id}`,
      );
      const own = answers.find((each) => each['tool_use_id'] === id) as Json;
      demand(!own['is_error'] || typeof own['content'] === 'string', 'all content must be type `text` if `is_error`');
      return { text: String(own['content']), failed: own['is_error'] === true };
    });
    demand(answers.filter(({ type }) => type === 'tool_result').length === uses.length, 'unexpected `tool_use_id`');
    turns.push({
      text: blocks.flatMap(({ type, text }) => (type === 'text' ? [text] : [])).join(''),
      calls: uses.map(({ name, input }) => ({ tool: tools.indexOf(name as string), args: input })),
      results,
    });
  }
  return turns;
}

const event = (type: string, rest: Json = {}) => sse({ type, ...rest }, type);

/** Messages, with signed thinking in every turn. */
export const anthropicWire: Wire = {
  kind: 'anthropic',
  base: '/v1',
  model: 'claude-sonnet-4-6',
  native: true,
  read,
  answer(turn, at, { body }, response) {
    const tools = toolsOf(body);
    const block = (index: number, start: Json, deltas: readonly Json[]) => [
      event('content_block_start', { index, content_block: start }),
      event('ping'),
      ...deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ];
    const thought = [
      { type: 'thinking_delta', thinking: `Thought ${at}.` },
      { type: 'signature_delta', signature: signatureOf(at) },
    ];
    const first = turn.text === '' ? 1 : 2;
    const events = [
      event('message_start', {
        message: { id: `msg_${at}`, model: 'claude-sonnet-4-6', usage: { input_tokens: 9, output_tokens: 1 } },
      }),
      ...block(0, { type: 'thinking', thinking: '', signature: '' }, thought),
      ...(turn.text === ''
        ? []
        : block(
            1,
            { type: 'text', text: '' },
            piecesOf(turn.text).map((text) => ({ type: 'text_delta', text })),
          )),
      ...turn.calls.flatMap(({ tool, args }, index) =>
        block(
          first + index,
          { type: 'tool_use', id: `toolu_${at}_${index}`, name: tools[tool], input: {} },
          Object.keys(args).length === 0
            ? []
            : ['', ...piecesOf(JSON.stringify(args))].map((partial_json) => ({
                type: 'input_json_delta',
                partial_json,
              })),
        ),
      ),
      event('message_delta', {
        delta: { stop_reason: turn.calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null },
        usage: { output_tokens: 20 },
      }),
      event('message_stop'),
    ];
    dribble(response, 'text/event-stream', events.join(''));
  },
  refusal: (message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
};
