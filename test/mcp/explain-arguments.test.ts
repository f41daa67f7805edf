import { describe, expect, it } from 'vitest';
import { createFakeEngine } from '../support/fake-engine.ts';
import { runTool } from '../support/run-tool.ts';

const wrong = (args: unknown, tool = 'route_completion') =>
  runTool(createFakeEngine(), tool, args as Record<string, unknown>);

describe('wrong arguments are answered with what is right', () => {
  it.each([
    [
      { promt: 'x' },
      /"prompt" is required\. There is no argument "promt"; did you mean "prompt"\? It takes: prompt, system,/,
    ],
    [{ prompt: 'x', task: 'codeing' }, /"task" cannot be "codeing"; did you mean "coding"\? It may be: auto, coding,/],
    [{ prompt: 'x', complexity: 7 }, /"complexity" cannot be 7\. It may be: auto, simple, medium, complex, expert\./],
    [{ prompt: 'x', max_cost_usd: '0.05' }, /"max_cost_usd": .*expected number/],
    [{ prompt: 'x', max_cost_usd: -1 }, /"max_cost_usd": /],
    [{ prompt: 5 }, /"prompt": .*expected string/],
    [{ prompt: 'x', conversation: 't' }, /There is no argument "conversation"/],
    [[], /must be an object/],
  ])('%j', async (args, message) => {
    await expect(wrong(args)).rejects.toThrow(message);
  });

  it('names the place in a list', async () => {
    await expect(wrong({ kind: ['fact', 'descision'] }, 'memory_search')).rejects.toThrow(
      '"kind.1" cannot be "descision"; did you mean "decision"?',
    );
  });
});
