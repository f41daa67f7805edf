import { describe, expect, it } from 'vitest';
import { textOfResult } from '../support/mcp-peers.ts';
import { openTestEngine } from '../support/open-test-engine.ts';
import { runFarebox } from '../support/run-cli.ts';
import { runTool } from '../support/run-tool.ts';
import { tempFolder } from '../support/temp-folder.ts';

describe('a conversation by id, over MCP and on the command line', () => {
  it('is begun on one surface, carried on on the other, listed, and erased (MEM-06)', async () => {
    const home = tempFolder();
    const openEngine = () => openTestEngine({ home });
    const cli = (...argv: string[]) => runFarebox(argv, { openEngine });
    const first = await cli('ask', '--thread', 'parser', '--json', 'we call the new parser wren');
    expect(JSON.parse(first.stdout)).toMatchObject({ status: 'complete', thread_id: 'parser' });

    const engine = await openEngine();
    const second = await runTool(engine, 'route_completion', { prompt: 'what do we call it?', thread_id: 'parser' });
    expect(second._meta?.['farebox/call']).toMatchObject({ thread_id: 'parser' });
    const said = engine.threads.read({ key: null, project: null }, 'parser')?.turns.flatMap(({ messages }) => messages);
    expect(said?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);

    const listed = await cli('memory', 'threads', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({ threads: [{ thread_id: 'parser', turns: 2, simulated: true }] });
    expect((await cli('memory', 'threads')).stdout).toContain('parser');

    const erased = await runTool(engine, 'memory_forget', { namespace: 'thread:parser' });
    expect(textOfResult(erased)).toBe('forgotten: 1 conversation');
    const again = await cli('memory', 'forget', '--thread', 'parser');
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain('There is no conversation parser');
    expect((await cli('memory', 'threads')).stdout).toContain('No conversations are kept');
  });

  it('names the project in which there is one of that name', async () => {
    const home = tempFolder();
    const openEngine = () => openTestEngine({ home });
    await runFarebox(['ask', '--thread', 't', '--project', 'shop', 'hello'], { openEngine });
    const wrong = await runFarebox(['memory', 'forget', '--thread', 't'], { openEngine });
    expect(wrong.stderr).toContain('in: shop (--project)');
    const right = await runFarebox(['memory', 'forget', '--thread', 't', '--project', 'shop', '--json'], {
      openEngine,
    });
    expect(JSON.parse(right.stdout)).toEqual({ forgotten: 1, thread_id: 't' });
  });

  it('shows with route how a turn of it would be served, and refuses ids that nobody could type again', async () => {
    const openEngine = () => openTestEngine();
    expect((await runFarebox(['route', '--thread', 't', '--json', 'hello'], { openEngine })).code).toBe(0);
    const wrong = await runFarebox(['ask', '--thread', ' t', 'hello'], { openEngine });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('is no id of a thread');
  });
});
