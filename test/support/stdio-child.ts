import { systemClock } from '../../src/lib/clock.ts';
import { serveStdio } from '../../src/mcp/serve-stdio.ts';
import { createFakeEngine } from './fake-engine.ts';
import { scriptedAnswers } from './scripted-answers.ts';

// A farebox of its own process with a fake engine. Says on stderr what a test wants to know.
const say = (text: string) => void process.stderr.write(`${text}\n`);
let engine: ReturnType<typeof createFakeEngine> | undefined;
await serveStdio({
  engine: async () => {
    if (!engine) say('engine built');
    engine ??= createFakeEngine({ script: scriptedAnswers });
    return engine;
  },
  clock: systemClock,
  log: {
    debug: () => {},
    info: () => {},
    warn: (message) => say(`warn ${message}`),
    error: (message) => say(`error ${message}`),
  },
  version: '0.0.0-test',
  input: process.stdin,
  output: process.stdout,
});
for (const outcome of engine?.outcomes ?? []) say(`settled ${outcome.status}`);
say('closed');
