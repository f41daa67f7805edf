import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { openTestEngine } from './open-test-engine.ts';
import { type PlainServer, startPlainServer } from './plain-server.ts';
import { tempFolder } from './temp-folder.ts';

export interface ScriptedModel {
  readonly name: string;
  /** US dollars per million tokens, input and output. */
  readonly price: number;
  /** 0 to 100, as the catalogue says. */
  readonly quality?: number;
}

export interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** What a model says; `finish` is `stop` unless said otherwise. */
export type Says = (asked: Asked) => string | { readonly text: string; readonly finish: string };

export interface ScriptedWorld {
  readonly engine: Engine;
  readonly server: PlainServer;
  /** The folder of the configuration. */
  readonly home: string;
  /** What each model was asked, in order. */
  readonly asked: readonly Asked[];
}

/** An engine whose models, at one provider, say what a function says: 100 tokens in, 100 out, whatever it is. */
export async function openScriptedModels(
  models: readonly ScriptedModel[],
  says: Says,
  options: { readonly config?: object; readonly files?: Readonly<Record<string, string>>; readonly clock?: Clock } = {},
): Promise<ScriptedWorld> {
  const asked: Asked[] = [];
  const server = await startPlainServer(({ body }, response) => {
    const request = body as Asked & { readonly stream?: boolean };
    asked.push({ model: request.model, messages: request.messages });
    const said = says(request);
    const { text, finish } = typeof said === 'string' ? { text: said, finish: 'stop' } : said;
    const chunk = (delta: object, reason: string | null, more: object = {}) =>
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: request.model, choices: [{ index: 0, delta, finish_reason: reason }], ...more })}\n\n`;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let at = 0; at < Math.max(1, text.length); at += 100_000)
      response.write(chunk({ content: text.slice(at, at + 100_000) }, null));
    const usage = { prompt_tokens: 100, completion_tokens: 100, total_tokens: 200 };
    response.end(`${chunk({}, finish, { usage })}data: [DONE]\n\n`);
  });
  onTestFinished(() => server.close());
  const home = tempFolder();
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(home, name), text);
  const spec = ({ name, price, quality }: ScriptedModel) => ({
    provider: 'p',
    model: name,
    pricing: { input: price, output: price },
    ...(quality !== undefined && { qualityScore: quality }),
  });
  // The dearest is the profile's own choice, so that nothing but the check makes a cheaper one serve.
  const slots = ['primary', 'secondary', 'tertiary', 'fallback'];
  const dearestFirst = [...models].reverse().map(spec);
  const engine = await openTestEngine({
    home,
    ...(options.clock && { clock: options.clock }),
    config: {
      name: 'own',
      models: Object.fromEntries(dearestFirst.slice(0, 4).map((model, slot) => [slots[slot], model])),
      catalogue: dearestFirst.slice(4),
      providers: { p: { baseUrl: server.url } },
      routing: {
        fallbackRules: { onError: true, onQualityFailure: true, cascadeFallback: true, maxRetries: 0 },
      },
      ...options.config,
    },
  });
  return { engine, server, home, asked };
}
