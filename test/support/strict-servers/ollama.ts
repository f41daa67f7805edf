import { demand, dribble, type Json, listOf, type SeenTurn, type Wire } from './wire.ts';

const KEYS: ReadonlySet<string> = new Set(
  [
    'model messages tools format think logprobs top_logprobs truncate shift options stream keep_alive'.split(' '),
  ].flat(),
);

const toolsOf = (body: Json) => listOf(body['tools']).map((tool) => (tool['function'] as Json)['name']);

function read({ body, path }: Parameters<Wire['read']>[0]): readonly SeenTurn[] {
  demand(path === '/api/chat', '404 page not found');
  for (const key of Object.keys(body)) demand(KEYS.has(key), `unknown field ${key}`);
  demand(typeof (body['options'] as Json)['num_ctx'] === 'number', 'no size of the context');
  const tools = toolsOf(body);
  const turns: { text: string; calls: { tool: number; args: unknown }[]; results: SeenTurn['results'][number][] }[] =
    [];
  let ids: unknown[] = [];
  for (const message of listOf(body['messages'])) {
    demand(typeof message['content'] === 'string', 'json: cannot unmarshal content into a string');
    if (message['role'] === 'assistant') {
      const calls = listOf(message['tool_calls']);
      ids = calls.map(({ id }) => id);
      turns.push({
        text: message['content'],
        calls: calls.map((call) => {
          const { name, arguments: args } = call['function'] as Json;
          demand(typeof args === 'object', 'json: cannot unmarshal arguments into an object');
          return { tool: tools.indexOf(name), args };
        }),
        results: [],
      });
    }
    if (message['role'] === 'tool') {
      const turn = turns.at(-1);
      const place = ids.indexOf(message['tool_call_id']);
      demand(turn && place >= 0, 'a result without its call');
      demand(message['tool_name'] === tools[turn.calls[place]?.tool ?? -1], 'a result with the name of another tool');
      const text = message['content'];
      const failed = text.startsWith('Error: ');
      turn.results[place] = { text: failed ? text.slice('Error: '.length) : text, failed };
    }
  }
  return turns;
}

/** `/api/chat`, line by line; this version gives calls no ids. */
export const ollamaWire: Wire = {
  kind: 'ollama',
  base: '',
  model: 'qwen3-coder',
  native: true,
  read,
  answer(turn, _at, { body }, response) {
    const tools = toolsOf(body);
    const lines = [
      ...[...turn.text].map((content) => ({ message: { role: 'assistant', content }, done: false })),
      ...turn.calls.map(({ tool, args }, index) => ({
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [{ function: { index, name: tools[tool], arguments: args } }],
        },
        done: false,
      })),
      {
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        prompt_eval_count: 9,
        eval_count: 3,
      },
    ];
    dribble(response, 'application/x-ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  },
  refusal: (message) => ({ error: message }),
};
