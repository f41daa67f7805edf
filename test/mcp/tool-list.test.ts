import { describe, expect, it } from 'vitest';
import { INSTRUCTIONS } from '../../src/mcp/instructions.ts';
import { toolDefinitions } from '../../src/mcp/tool-definitions.ts';
import { TOOLS } from '../../src/mcp/tools/registry.ts';

const definitions = toolDefinitions(TOOLS);

describe('the list of tools', () => {
  it('stays under 2,500 tokens, at four characters each (MCP-01)', () => {
    expect(JSON.stringify({ tools: definitions }).length).toBeLessThan(9_000);
  });

  it('has instructions that clients show whole', () => {
    expect(INSTRUCTIONS.length).toBeLessThan(2_000);
  });

  it('comes out the same each time, in the same order', () => {
    expect(JSON.stringify(toolDefinitions(TOOLS))).toBe(JSON.stringify(definitions));
  });

  it.each(definitions)('$name: has a short name, all annotations, and says first when to use it', (tool) => {
    expect(tool.name).toMatch(/^[a-z0-9_]{1,40}$/);
    expect(Object.values(tool.annotations ?? {})).toHaveLength(5);
    expect(tool.description).toMatch(/^Use /);
    expect(tool.description).toMatch(/\bNot /);
    expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it.each(definitions)('$name: has the schema that clients know', async (tool) => {
    await expect(`${JSON.stringify(tool, null, 2)}\n`).toMatchFileSnapshot(`fixtures/${tool.name}.json`);
  });
});
