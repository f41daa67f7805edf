import { demand, dribble, type Json, listOf, piecesOf, type SeenTurn, sse, type Wire } from './wire.ts';

const wordsOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map(({ text }) => text)
        .join('');

/** The tools as the prompt describes them, one definition a line. */
function toolsOf(body: Json): readonly string[] {
  const prompt = listOf(body['messages'])
    .filter(({ role }) => role === 'system')
    .map(({ content }) => wordsOf(content))
    .join('\n');
  return prompt
    .split('\n')
    .filter((line) => line.startsWith('{"name":'))
    .map((line) => JSON.parse(line).name);
}

/** A result that the conversation tells, e.g. `Error of call 2, search:` and the words below it. */
const RESULT = /(Result|Error) of (?:call (\d+), )?(\S+):\n([\s\S]*?)(?=(?:Result|Error) of |$)/g;

function read({ body }: Parameters<Wire['read']>[0]): readonly SeenTurn[] {
  const tools = toolsOf(body);
  const messages = listOf(body['messages']).filter(({ role }) => role !== 'system');
  demand(!('tools' in body || 'tool_choice' in body || 'parallel_tool_calls' in body), 'this model has no tools');
  const turns: SeenTurn[] = [];
  for (const [index, message] of messages.entries()) {
    demand(message['role'] === (index % 2 === 0 ? 'user' : 'assistant'), 'roles must alternate');
    demand(!('tool_calls' in message), 'this model has no tools');
    if (message['role'] === 'user') continue;
    const said = wordsOf(message['content']);
    const at = said.indexOf('{"tool_calls":');
    const calls = at < 0 ? [] : (JSON.parse(said.slice(at)).tool_calls as { name: string; arguments: unknown }[]);
    const answers = calls.length === 0 ? [] : [...wordsOf(messages[index + 1]?.['content']).matchAll(RESULT)];
    turns.push({
      text: (at < 0 ? said : said.slice(0, at)).trimEnd(),
      calls: calls.map(({ name, arguments: args }) => ({ tool: tools.indexOf(name), args })),
      results: answers.map(([, word, number, name, text], place) => {
        demand(name === calls[place]?.name, 'results must follow in the order of calls');
        demand(calls.length === 1 || Number(number) === place + 1, 'results of several calls must be numbered');
        return { text: text ?? '', failed: word === 'Error' };
      }),
    });
  }
  return turns;
}

const chunk = (delta: unknown, finish_reason: string | null = null) =>
  sse({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });

/** A model that knows words only, and writes its calls as the prompt tells it, in a fence as models like to. */
export const wordsOnlyWire: Wire = {
  kind: 'openai-compatible',
  base: '/v1',
  model: 'words-only',
  native: false,
  read,
  answer(turn, _at, { body }, response) {
    const tools = toolsOf(body);
    const calls = turn.calls.map(({ tool, args }) => ({ name: tools[tool], arguments: args }));
    const written = `\n\`\`\`json\n${JSON.stringify({ tool_calls: calls }, null, 2)}\n\`\`\`\n`;
    const said = calls.length === 0 ? turn.text : turn.text + written;
    dribble(
      response,
      'text/event-stream',
      [...piecesOf(said, 7).map((content) => chunk({ content })), chunk({}, 'stop'), 'data: [DONE]\n\n'].join(''),
    );
  },
  refusal: (message) => ({ error: { message, type: 'invalid_request_error' } }),
};
