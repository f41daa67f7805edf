import { demand, demandNames, dribble, type Json, listOf, piecesOf, type SeenTurn, sse, type Wire } from './wire.ts';

const toolsOf = (body: Json) =>
  demandNames(
    listOf(body['tools']).map((tool) => (tool['function'] as Json)['name']),
    /^[a-zA-Z0-9_-]{1,64}$/,
  );

/** The turns of a conversation in which every call is followed by its results, as OpenAI demands. */
function read({ body, headers, path }: Parameters<Wire['read']>[0]): readonly SeenTurn[] {
  demand(path === '/v1/chat/completions' && headers.authorization === 'Bearer sk-test', 'no such place');
  const tools = toolsOf(body);
  const turns: { text: string; calls: { tool: number; args: unknown }[]; results: SeenTurn['results'][number][] }[] =
    [];
  let open: string[] = [];
  for (const message of listOf(body['messages'])) {
    if (message['role'] === 'tool') {
      const place = open.indexOf(message['tool_call_id'] as string);
      demand(place >= 0, "messages with role 'tool' must be a response to a preceding message with 'tool_calls'");
      open[place] = '';
      const turn = turns.at(-1);
      if (turn) turn.results[place] = { text: String(message['content']), failed: false };
      continue;
    }
    demand(
      open.every((id) => id === ''),
      "An assistant message with 'tool_calls' must be followed by tool messages",
    );
    if (message['role'] !== 'assistant') continue;
    const calls = listOf(message['tool_calls']);
    demand(message['content'] !== null || calls.length > 0, 'an assistant message needs content or tool_calls');
    open = calls.map(({ id }) => id as string);
    demand(open.every((id) => id.length <= 40) && new Set(open).size === open.length, `ids: ${JSON.stringify(open)}`);
    turns.push({
      text: (message['content'] as string | null) ?? '',
      calls: calls.map((call) => {
        const { name, arguments: text } = call['function'] as { name: string; arguments: string };
        return { tool: tools.indexOf(name), args: JSON.parse(text) };
      }),
      results: [],
    });
  }
  return turns;
}

const chunk = (delta: unknown, finish_reason: string | null = null) =>
  sse({ id: 'chatcmpl-9', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });

/** Chat completions. Parallel calls come in pieces that alternate, as the index allows. */
export const openAiWire: Wire = {
  kind: 'openai-compatible',
  base: '/v1',
  model: 'gpt-5',
  native: true,
  read,
  answer(turn, at, { body }, response) {
    const tools = toolsOf(body);
    const calls = turn.calls.map(({ tool, args }, index) => ({
      opening: chunk({
        tool_calls: [
          { index, id: `call_${at}_${index}`, type: 'function', function: { name: tools[tool], arguments: '' } },
        ],
      }),
      pieces: piecesOf(JSON.stringify(args)).map((piece) =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    }));
    const longest = Math.max(0, ...calls.map(({ pieces }) => pieces.length));
    const interleaved = Array.from({ length: longest }, (_, i) => calls.map(({ pieces }) => pieces[i] ?? '').join(''));
    dribble(
      response,
      'text/event-stream',
      [
        ...piecesOf(turn.text).map((content) => chunk({ content })),
        ...calls.map(({ opening }) => opening),
        ...interleaved,
        chunk({}, turn.calls.length > 0 ? 'tool_calls' : 'stop'),
        'data: [DONE]\n\n',
      ].join(''),
    );
  },
  refusal: (message) => ({ error: { message, type: 'invalid_request_error', param: null, code: null } }),
};
