import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUsageLog } from '../../src/planning/usage-logs/read-usage-log.ts';
import type { UsageEntry } from '../../src/planning/usage-logs/usage-entry.ts';
import { createUsageSums } from '../../src/planning/usage-logs/usage-sums.ts';

async function* inPieces(text: string, size = 1 << 20): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size?: number) {
  const entries: UsageEntry[] = [];
  const broken: { line: number; reason: string }[] = [];
  const format = await readUsageLog('log', inPieces(text, size), {
    entry: (entry) => entries.push(entry),
    broken: (line, reason) => broken.push({ line, reason }),
  });
  const sums = createUsageSums();
  entries.forEach(sums.add);
  return { format, entries, broken, ...sums.sums() };
}

const answer = (id: string, output: number, fields: object = {}) =>
  JSON.stringify({
    type: 'assistant',
    uuid: `uuid-${id}-${output}`,
    sessionId: 'session-1',
    requestId: `req_${id}`,
    timestamp: '2026-11-02T10:00:00.000Z',
    message: {
      id: `msg_${id}`,
      model: 'claude-sonnet-4-5-20250929',
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 300,
        cache_read_input_tokens: 2000,
        cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
        output_tokens: output,
      },
    },
    ...fields,
  });

describe('usage logs of others (DOC-02)', () => {
  it('counts an answer of Claude Code once, although each block of its content repeats the usage so far', async () => {
    const log = [answer('1', 5), answer('1', 80), answer('2', 40), '{"type":"summary","leafUuid":"x"}'].join('\n');
    const { format, models, repeated, conversations } = await read(log);
    expect({ format, repeated, conversations }).toEqual({ format: 'claude-code', repeated: 1, conversations: 1 });
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({
      model: 'claude-sonnet-4-5-20250929',
      requests: 2,
      cost: null,
      usage: {
        inputTokens: 4620,
        uncachedInputTokens: 20,
        cacheReadTokens: 4000,
        cacheWrite5mTokens: 200,
        cacheWrite1hTokens: 400,
        outputTokens: 120,
      },
    });
  });

  it('takes the cost that old versions of Claude Code wrote, where all of a model have one', async () => {
    const { models } = await read([answer('1', 5, { costUSD: 0.0123 }), answer('2', 5, { costUSD: 0.1 })].join('\n'));
    expect(models[0]?.cost).toBe(112_300_000);
    expect((await read([answer('1', 5, { costUSD: 1 }), answer('2', 5)].join('\n'))).models[0]?.cost).toBeNull();
  });

  it('leaves out what Claude Code wrote itself where no model was asked', async () => {
    const synthetic = answer('3', 0, { message: { id: 'm', model: '<synthetic>', usage: { input_tokens: 0 } } });
    const { entries, broken } = await read(`${synthetic}\n${answer('4', 1)}`);
    expect([entries.length, broken.length]).toEqual([1, 0]);
  });

  it('names broken lines by their number and reads the rest', async () => {
    const log = [answer('1', 5), '{"type":"assist', '[1]', '', answer('2', -5), answer('3', 7)].join('\r\n');
    const { entries, broken } = await read(log);
    expect(entries.map(({ usage }) => usage.outputTokens)).toEqual([5, 7]);
    expect(broken.map(({ line }) => line)).toEqual([2, 3, 5]);
    expect(broken[2]?.reason).toContain('output_tokens is -5');
  });

  it('reads a line that holds other line separators of Unicode, and one of broken UTF-8', async () => {
    const odd = answer('1', 5, { cwd: 'a\u2028b\u2029c\u0085d' });
    const { entries, broken } = await read(`${odd}\n`);
    expect([entries.length, broken.length]).toEqual([1, 0]);
    const bytes = Buffer.from(answer('2', 6, { cwd: 'XYZ' }));
    bytes[bytes.indexOf('XYZ')] = 0xff;
    const sums: UsageEntry[] = [];
    const piece = async function* () {
      yield bytes;
    };
    await readUsageLog('log', piece(), { entry: (entry) => sums.push(entry), broken: () => expect.fail() });
    expect(sums).toHaveLength(1);
  });

  it('takes apart what the usage export of Anthropic keeps in columns', async () => {
    const { format, models, from, to } = await read(
      [
        'usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count',
        '2026-11-01,claude-haiku-4-5,"key, one",Default,standard,0-200k,100,20,30,1000,40,0',
        '2026-11-02,claude-haiku-4-5,key,Default,standard,0-200k,1,0,0,0,2,0',
      ].join('\n'),
    );
    expect(format).toBe('anthropic-csv');
    expect(models[0]).toMatchObject({
      requests: null,
      usage: { inputTokens: 1151, uncachedInputTokens: 101, cacheReadTokens: 1000, outputTokens: 42 },
    });
    expect([from, to]).toEqual([Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 3)]);
  });

  it('knows that cached tokens are part of the input in the export of OpenAI', async () => {
    const { format, models } = await read(
      'start_time,end_time,start_time_iso,end_time_iso,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens\n' +
        '1761523200,1761609600,2025-10-27T00:00:00+00:00,2025-10-28T00:00:00+00:00,12,gpt-5-mini,5000,700,3000\n' +
        '1761609600,1761696000,2025-10-28T00:00:00+00:00,2025-10-29T00:00:00+00:00,,,,,\n',
    );
    expect(format).toBe('openai-csv');
    expect(models).toMatchObject([
      {
        requests: 12,
        usage: { inputTokens: 5000, uncachedInputTokens: 2000, cacheReadTokens: 3000, outputTokens: 700 },
      },
    ]);
  });

  const spendRow = {
    request_id: 'chatcmpl-1',
    call_type: 'acompletion',
    spend: 0.001234567,
    prompt_tokens: 900,
    completion_tokens: 60,
    startTime: '2026-11-01T08:00:00.000000',
    model: 'gpt-4o-mini',
    metadata: { usage_object: { prompt_tokens_details: { cached_tokens: 500 } } },
  };

  it.each([
    ['a JSON list', JSON.stringify([spendRow], null, 2)],
    ['an answer of its API', JSON.stringify({ data: [spendRow], total: 1 }, null, 2)],
    ['JSON lines', JSON.stringify(spendRow)],
  ])('reads spend logs of LiteLLM from %s', async (_, text) => {
    const { format, models, from } = await read(text);
    expect(format).toBe('litellm');
    expect(models).toMatchObject([
      { model: 'gpt-4o-mini', cost: 1_234_567, usage: { inputTokens: 900, cacheReadTokens: 500, outputTokens: 60 } },
    ]);
    expect(from).toBe(Date.UTC(2026, 10, 1, 8));
  });

  it('reads spend logs of LiteLLM from a table with JSON in its cells, over several lines', async () => {
    const cell = JSON.stringify(spendRow.metadata, null, 1).replaceAll('"', '""');
    const { models, broken } = await read(
      `request_id,call_type,spend,prompt_tokens,completion_tokens,startTime,model,metadata\n` +
        `a,acompletion,0.5,10,20,2026-11-01 08:00:00,gpt-4o,"${cell}"\nb,acompletion,0.25,1,2,2026-11-01 09:00:00,gpt-4o,{}\n`,
    );
    expect(broken).toEqual([]);
    expect(models).toMatchObject([{ requests: 2, cost: 750_000_000, usage: { inputTokens: 11, cacheReadTokens: 10 } }]);
  });

  it('loses one row, and not the rest of the table, to a quotation mark that is never closed', async () => {
    const rows = Array.from({ length: 500 }, (_, index) => `r${index},acompletion,0,1,1,gpt-4o`);
    rows[3] = 'r3,acompletion,0,1,1,"gpt-4o';
    const { entries, broken } = await read(
      ['request_id,call_type,spend,prompt_tokens,completion_tokens,model', ...rows].join('\n'),
    );
    expect(entries).toHaveLength(499);
    expect(broken).toEqual([{ line: 5, reason: 'a quotation mark is never closed' }]);
  });

  it.each([
    ['', 'it is empty'],
    ['a,b\n1,2', 'columns a, b'],
    ['start_time,amount_value\n1,2', 'export of costs'],
    ['{"hello":1}\n', 'of no kind'],
    ['[{"hello":1}]', 'no list of records'],
    ['[1,2', 'not valid JSON'],
  ])('says why %j is no usage log', async (text, why) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining(why) });
  });

  it('reads the same from any pieces of a file', async () => {
    const log = [answer('ä', 5, { cwd: '日本\u2028語' }), 'not json', answer('2', 6)].join('\n');
    const whole = await read(log);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (size) => {
        expect(await read(log, size)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('survives any text whatsoever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        await read(text).catch((error: { code?: string }) => expect(error.code).toBe('invalid_request'));
      }),
    );
  });
});
