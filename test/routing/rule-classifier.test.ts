import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/completion-request.ts';
import { COMPLEXITIES, type Complexity, TASK_TYPES, type TaskType } from '../../src/domain/task.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createRuleClassifier } from '../../src/routing/rule-classifier.ts';
import { makeRequest, type RequestParts } from '../support/routing-world.ts';

const classifier = createRuleClassifier();
const classify = (prompt: string, parts: RequestParts = {}) => classifier.classify(makeRequest(prompt, parts));
const talk = (...messages: readonly Message[]) => classifier.classify(makeRequest('', { messages }));

interface Labelled {
  readonly task: TaskType;
  readonly complexity: Complexity;
  readonly prompt: string;
}

/**
 * Prompts written for this test. `prompts.jsonl` is what the rules were tuned on. The held-out ones were written before
 * the rules and never tuned on, but by the same hand as the vocabulary, so they flatter it. The paraphrased ones, written
 * last and measured once, avoid the usual words on purpose: there a word list finds the exact type in two of five.
 */
function labelled(file: string): readonly Labelled[] {
  const text = readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function measure(rows: readonly Labelled[]) {
  const confusion: string[] = [];
  let tasks = 0;
  let near = 0;
  for (const { task, complexity, prompt } of rows) {
    const got = classify(prompt);
    if (got.task === task) tasks++;
    else confusion.push(`${task} taken for ${got.task}: ${prompt.slice(0, 60)}`);
    const apart = Math.abs(COMPLEXITIES.indexOf(got.complexity) - COMPLEXITIES.indexOf(complexity));
    if (apart <= 1) near++;
    else confusion.push(`${complexity} taken for ${got.complexity}: ${prompt.slice(0, 60)}`);
  }
  return { task: tasks / rows.length, near: near / rows.length, confusion: confusion.join('\n') };
}

describe('on labelled prompts', () => {
  it.each([
    ['prompts.jsonl', 150, 0.9],
    ['prompts-held-out.jsonl', 60, 0.75],
    ['prompts-paraphrased.jsonl', 50, 0.35],
  ])(
    '%s: has at least %i prompts, %f of their tasks right, 0.9 of complexities within one level (RTR-03)',
    (file, count, floor) => {
      const rows = labelled(file);
      expect(rows.length).toBeGreaterThanOrEqual(count);
      const { task, near, confusion } = measure(rows);
      expect(task, confusion).toBeGreaterThanOrEqual(floor);
      expect(near, confusion).toBeGreaterThanOrEqual(0.9);
    },
  );

  it('reaches every task type (RTR-01)', () => {
    const reached = new Set(labelled('prompts.jsonl').map(({ prompt }) => classify(prompt).task));
    reached.add(classify('').task);
    expect([...reached].sort()).toEqual([...TASK_TYPES].sort());
  });
});

it.each<[string, Complexity]>([
  ['What time is it in Lima when it is noon in Rome?', 'simple'],
  ['Write a function that parses a date range such as "3-5 May" and add a docstring.', 'medium'],
  [
    'Design a linearizable distributed cache with zero-downtime sharding and prove that no write is lost under network partitions.',
    'expert',
  ],
])('%s is %s (RTR-03)', (prompt, complexity) => {
  expect(classify(prompt).complexity).toBe(complexity);
});

describe('only the last human turn counts', () => {
  const ask = 'Refactor this class, it is far too long.';

  it.each([
    ['a reminder of Claude Code', `<system-reminder>Write unit tests. Debug the error.</system-reminder>\n${ask}`],
    ['an opened file', `${ask}\n<ide_opened_file>The user opened src/a.test.ts</ide_opened_file>`],
    ['command output', `<local-command-stdout>Error: crash, traceback</local-command-stdout>${ask}`],
    ['the environment of Codex', `<environment_context><cwd>/a</cwd></environment_context>\n${ask}`],
    [
      'the context of an editor',
      `# Context from my IDE setup:\n\n## Open tabs:\n- error.test.ts\n\n## My request for Codex:\n${ask}`,
    ],
    ['wrapped human words', `<user_query>\n${ask}\n</user_query>`],
  ])('%s is left out (RTR-03)', (_, prompt) => {
    expect(classify(prompt).task).toBe('refactoring');
  });

  it('a mention of an element without its end is human text', () => {
    expect(classify('Why does <system-reminder> show up in my logs as an error?').task).toBe('debugging');
  });

  it('goes back over tool results and turns of harness text only (RTR-03)', () => {
    const profile = talk(
      { role: 'user', content: ask },
      { role: 'assistant', content: null, toolCalls: [{ id: '1', name: 'read', arguments: '{}' }] },
      { role: 'tool', toolCallId: '1', content: 'Traceback (most recent call last): KeyError' },
      { role: 'user', content: '# AGENTS.md instructions for /repo\nAlways write unit tests.' },
      { role: 'user', content: [{ type: 'text', text: '<system-reminder>Debug errors.</system-reminder>' }] },
    );
    expect(profile.task).toBe('refactoring');
    expect(profile.reasons.slice(0, 2)).toEqual([
      'harness text left out',
      'the last turn has no human words, so an earlier one counts',
    ]);
  });

  it('earlier turns, system prompts and the number of tools change the needs but not the task', () => {
    const tools = Array.from({ length: 40 }, (_, i) => ({ name: `tool_${i}`, parameters: {} }));
    const history: Message[] = [
      { role: 'system', content: 'You write unit tests and debug errors.' },
      { role: 'user', content: 'Write integration tests for the login.' },
      { role: 'assistant', content: 'Done. '.repeat(1000) },
      { role: 'user', content: ask },
    ];
    const alone = classify(ask);
    const among = classifier.classify(makeRequest('', { messages: history, tools }));
    expect([among.task, among.complexity]).toEqual([alone.task, alone.complexity]);
    expect(among.needs.tools).toBe(true);
    expect(among.needs.inputTokens).toBeGreaterThan(1000);
  });

  it('an ask without words is fallback work', () => {
    expect(classify('').task).toBe('fallback');
    expect(classify(' \n?! ').task).toBe('fallback');
    expect(classify('<system-reminder>Write tests.</system-reminder>').task).toBe('fallback');
  });

  it('what nothing speaks for is general', () => {
    expect(classify('The blue heron stood in the water for most of the afternoon and nobody minded.').task).toBe(
      'general',
    );
  });
});

describe('asks that look like something else', () => {
  it.each<[string, TaskType]>([
    ['import users from the CSV file when the server starts', 'coding'],
    ['src/app.ts:12 rename this variable', 'refactoring'],
    ['<instructions>Refactor this class.</instructions>', 'refactoring'],
    ['for i in range(10):\n    print(i)', 'coding'],
  ])('%j is %s', (prompt, task) => {
    expect(classify(prompt).task).toBe(task);
  });
});

describe('what a reviewer found misjudged', () => {
  it.each<[string, TaskType, Complexity]>([
    ['Implement a LRU cache in Python', 'code_generation', 'medium'],
    ['Implement fibonacci in Go', 'code_generation', 'medium'],
    ['Optimize this algorithm for performance', 'coding', 'medium'],
    ['Implement a red-black tree in Rust with full test coverage', 'code_generation', 'medium'],
    ['Write tests with full coverage for the parser', 'testing', 'medium'],
    ['If all bloops are razzies and all razzies are lazzies, are all bloops lazzies?', 'reasoning', 'medium'],
    ['Alice is older than Bob and Bob is older than Carol. Who is the youngest?', 'reasoning', 'medium'],
    ['Write a REST API in Express for todos', 'code_generation', 'medium'],
    ['Write a client for the Stripe REST API', 'api_integration', 'medium'],
    ['Design a database schema for a blog', 'coding', 'medium'],
    ['Design the architecture of a distributed message queue', 'analysis', 'complex'],
    ['Build a Kubernetes operator in Go', 'code_generation', 'complex'],
    [
      'Implement a distributed transaction coordinator with two-phase commit, recovery and formal verification',
      'code_generation',
      'expert',
    ],
    ['Review this code for bugs: function add(a, b) { return a - b; }', 'code_review', 'medium'],
    ['What is 2+2?', 'simple', 'simple'],
  ])('%s is %s, %s (RTR-03)', (prompt, task, complexity) => {
    expect(classify(prompt)).toMatchObject({ task, complexity });
  });
});

describe('what the caller gives', () => {
  it('is taken as it is (RTR-03)', () => {
    const profile = classify('hello', { constraints: { task: 'research', complexity: 'expert' } });
    expect(profile).toMatchObject({
      task: 'research',
      complexity: 'expert',
      complexityScore: 0.9,
      complexityLevel: 9,
      source: { task: 'given', complexity: 'given' },
    });
  });

  it('an unknown task type counts as general (RTR-02)', () => {
    expect(classify('hello', { constraints: { task: 'dancing' as TaskType } }).task).toBe('general');
  });
});

describe('needs', () => {
  it('come from tools, the response format and images (RTR-06)', () => {
    expect(classify('hi').needs).toMatchObject({ tools: false, json: false, vision: false });
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'image', url: 'https://example.com/a.png' },
          { type: 'text', text: 'what is this?' },
        ],
      },
    ] as const;
    const tools = [{ name: 'f', parameters: {} }];
    const request = makeRequest('', { messages, tools, responseFormat: { type: 'json_object' } });
    expect(classifier.classify(request).needs).toMatchObject({ tools: true, json: true, vision: true });
  });

  it('a named tool or a JSON schema speaks for itself where the words do not', () => {
    const tools = [{ name: 'get_weather', parameters: {} }];
    expect(classify('get_weather for Lisbon please', { tools }).task).toBe('function_calling');
    const responseFormat = { type: 'json_schema', name: 'x', schema: {} } as const;
    expect(classify('The hotel was clean but loud.', { responseFormat }).task).toBe('structured_output');
  });
});

describe('bad input', () => {
  it('any text gives the same valid profile twice (RTR-03)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const profile = classify(text);
        expect(classify(text)).toEqual(profile);
        expect(TASK_TYPES).toContain(profile.task);
        expect(profile.complexityScore).toBeGreaterThanOrEqual(0);
        expect(profile.complexityScore).toBeLessThanOrEqual(1);
        expect(profile.complexityLevel).toBeGreaterThanOrEqual(1);
        expect(profile.complexityLevel).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('lone surrogates do no harm', () => {
    expect(classify('Refactor \ud800 this class \udfff please').task).toBe('refactoring');
  });

  // Generous limits: they tell linear from quadratic on a busy machine, not fast from slow.
  it.each([
    ['letters', 'a'],
    ['elements', '<system-reminder>'],
    ['ends of elements', '</system-reminder>'],
    ['line breaks', '\n'],
    ['digits', '1'],
    ['spaces', ' '],
    ['brackets', '{'],
    ['Chinese', '写'],
    ['path-like', 'a/b.c:'],
    ['fences', '```\n'],
  ])('10 MB of %s take a moment only (RTR-22)', (_, unit) => {
    const text = Buffer.from(unit.repeat(Math.ceil(10_000_000 / unit.length))).toString();
    const start = systemClock.monotonic();
    classify(`Fix the bug in this text. ${text}`);
    expect(systemClock.monotonic() - start).toBeLessThan(2000);
  });

  it('finds the ask behind 10 MB of pasted text', () => {
    expect(classify(`${'lorem ipsum dolor '.repeat(600_000)}\nTranslate nothing. Refactor this class.`).task).toBe(
      'refactoring',
    );
  });
});
