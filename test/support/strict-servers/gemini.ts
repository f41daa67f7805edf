import { demand, demandNames, dribble, type Json, listOf, type SeenTurn, sse, type Wire } from './wire.ts';

const toolsOf = (body: Json) =>
  demandNames(
    listOf(listOf(body['tools'])[0]?.['functionDeclarations']).map(({ name }) => name),
    /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  );

const signatureOf = (at: number) => Buffer.from(`turn ${at}`).toString('base64');

function read({ body, headers, path }: Parameters<Wire['read']>[0]): readonly SeenTurn[] {
  demand(path === '/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse', `not found: ${path}`);
  demand(headers['x-goog-api-key'] === 'sk-test', 'API key not valid');
  const tools = toolsOf(body);
  const contents = listOf(body['contents']);
  const turns: SeenTurn[] = [];
  for (const [index, content] of contents.entries()) {
    const parts = listOf(content['parts']);
    demand(content['role'] === (index % 2 === 0 ? 'user' : 'model'), 'turns of user and model must alternate');
    demand(parts.length > 0, `contents[${index}].parts must not be empty`);
    if (content['role'] === 'user') continue;
    const called = parts.flatMap((part) => (part['functionCall'] ? [part['functionCall'] as Json] : []));
    const signatures = parts.filter((part) => part['functionCall']).map(({ thoughtSignature }) => thoughtSignature);
    if (called.length > 0) {
      demand(signatures[0] === signatureOf(turns.length), 'Function call is missing a thought_signature');
      demand(
        signatures.slice(1).every((each) => each === undefined),
        'thought_signature on a call that had none',
      );
    }
    const responses = listOf(contents[index + 1]?.['parts']).flatMap((part) =>
      part['functionResponse'] ? [part['functionResponse'] as Json] : [],
    );
    demand(
      responses.length === called.length,
      'the number of function response parts must be equal to the number of function call parts',
    );
    turns.push({
      text: parts.map(({ text }) => text ?? '').join(''),
      calls: called.map(({ name, args }) => ({ tool: tools.indexOf(name as string), args })),
      results: called.map(({ id, name }, place) => {
        const response = responses[place];
        demand(
          response && response['id'] === id && response['name'] === name,
          'responses must follow in the order of calls',
        );
        const { output, error } = response['response'] as Json;
        return { text: String(output ?? error), failed: error !== undefined };
      }),
    });
  }
  return turns;
}

/** `generateContent` as a model from 3 on answers: calls whole, the first of a turn signed. */
export const geminiWire: Wire = {
  kind: 'gemini',
  base: '/v1beta',
  model: 'gemini-3-pro-preview',
  native: true,
  read,
  answer(turn, at, { body }, response) {
    const tools = toolsOf(body);
    const chunk = (parts: readonly Json[], finishReason?: string) =>
      sse({
        responseId: `response-${at}`,
        candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason ? { finishReason } : {}) }],
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 3, thoughtsTokenCount: 4, totalTokenCount: 16 },
      });
    const calls = turn.calls.map(({ tool, args }, index) => ({
      functionCall: { name: tools[tool], args },
      ...(index === 0 ? { thoughtSignature: signatureOf(at) } : {}),
    }));
    dribble(
      response,
      'text/event-stream',
      [
        chunk([{ text: `Thought ${at}.`, thought: true }]),
        ...(turn.text === '' ? [] : [chunk([{ text: turn.text }])]),
        ...(calls.length === 0 ? [] : [chunk(calls)]),
        chunk([{ text: '' }], 'STOP'),
      ].join(''),
    );
  },
  refusal: (message) => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }),
};
