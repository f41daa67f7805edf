import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FareboxError } from '../../src/domain/errors.ts';
import { loadTestConfig } from '../support/load-test-config.ts';

const load = (providers: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>> = {}) =>
  loadTestConfig({ files: { 'config.json': { providers } }, env });
const find = (config: ReturnType<typeof load>, name: string) => config.providers.find((each) => each.name === name);
const refusal = (providers: Readonly<Record<string, unknown>>) => {
  try {
    load(providers);
  } catch (error) {
    return (error as FareboxError).message;
  }
  return 'accepted';
};

describe('command-line providers in the configuration (UPS-10, CFG-01)', () => {
  it('are there only once the user enables them by name', () => {
    expect(load({}).providers.some(({ kind }) => kind === 'command-line')).toBe(false);
    expect(find(load({ 'claude-cli': { flatMonthlyUsd: 20 } }), 'claude-cli')).toMatchObject({
      enabled: false,
      hint: 'set providers.claude-cli.enabled to true',
    });
    expect(find(load({ 'claude-cli': { enabled: true } }), 'claude-cli')?.enabled).toBe(true);
  });

  it('know the tool, cost nothing by the call, and call no tools', () => {
    const provider = find(load({ 'codex-cli': { enabled: true, flatMonthlyUsd: 20 } }), 'codex-cli');
    expect(provider?.command).toMatchObject({ tool: 'codex', argv: ['codex'], cwd: null, maxProcesses: 2 });
    expect(provider?.capabilities).toMatchObject({ toolCalling: false, jsonMode: false, multimodal: false });
    expect(provider?.price).toMatchObject({ perRequest: 0, fixed: { kind: 'flat', account: 'codex-cli' } });
  });

  it('inherit what a program needs, and never a key', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/me',
      CLAUDE_CONFIG_DIR: '/c',
      CODEX_HOME: '/x',
      ANTHROPIC_API_KEY: 'sk-ant-1234567890',
      OPENROUTER_API_KEY: 'sk-or-1234567890',
      SECRET_THING: 'hidden',
      CLAUDECODE: '1',
    };
    const provider = find(load({ 'claude-cli': { enabled: true, env: { MINE: 'yes' } } }, env), 'claude-cli');
    expect(provider?.command?.env).toEqual({
      PATH: '/bin',
      HOME: '/home/me',
      CLAUDE_CONFIG_DIR: '/c',
      NO_COLOR: '1',
      TERM: 'dumb',
      MINE: 'yes',
    });
  });

  it('hide what is handed on as a secret', () => {
    const config = load(
      { 'claude-cli': { enabled: true, env: { ANTHROPIC_API_KEY: '$' + '{OWN}', REGION: 'europe' } } },
      { OWN: 'sk-handed-on-1234' },
    );
    expect(find(config, 'claude-cli')?.command?.env['ANTHROPIC_API_KEY']).toBe('sk-handed-on-1234');
    expect(config.secrets).toContain('sk-handed-on-1234');
    expect(config.secrets).not.toContain('europe');
    expect(JSON.stringify(config.provenance)).not.toContain('sk-handed-on-1234');
  });

  it('may be another account of a known tool, or a command of one’s own', () => {
    const config = load({
      'claude-work': { tool: 'claude', env: { CLAUDE_CONFIG_DIR: '/work' } },
      mine: { kind: 'command-line', command: ['./ask.sh', '-'], output: { format: 'text' }, cwd: 'there' },
    });
    expect(find(config, 'claude-work')).toMatchObject({ enabled: true, command: { tool: 'claude', argv: ['claude'] } });
    const mine = find(config, 'mine');
    expect(mine).toMatchObject({ enabled: true, command: { tool: 'custom', output: { format: 'text' } } });
    expect(mine?.command?.argv[0]).toBe(join(config.home, '..', 'ask.sh'));
    expect(mine?.price).toBeUndefined();
  });

  it('are not used below a command that farebox itself runs', () => {
    const provider = find(load({ 'claude-cli': { enabled: true } }, { FAREBOX_PROCESS_TREE: '1.2.3' }), 'claude-cli');
    expect(provider).toMatchObject({ enabled: false, hint: 'not used below a command that farebox itself runs' });
  });

  it.each([
    [{ 'claude-cli': { enabled: true, apiKey: 'k' } }, 'providers.claude-cli.apiKey has no meaning for a command'],
    [{ 'claude-cli': { enabled: true, baseUrl: 'https://x/v1' } }, 'baseUrl has no meaning for a command'],
    [{ mine: { kind: 'command-line' } }, 'command is missing'],
    [{ mine: { kind: 'command-line', command: ['x'] } }, 'output is missing'],
    [{ openrouter: { command: ['x'] } }, 'command needs "kind": "command-line"'],
    [{ mine: { kind: 'command-line', command: ['x'], output: { format: 'json' } } }, 'text, the place of the answer'],
    [{ mine: { kind: 'command-line', command: [], output: { format: 'text' } } }, 'providers.mine.command'],
    [{ 'claude-cli': { enabled: true, env: { 'A=B': 'x' } } }, 'the name of a variable'],
    [
      { 'claude-cli': { enabled: true, output: { format: 'text' }, tool: 'claude' } },
      'output has no meaning beside tool',
    ],
  ])('are refused with their field where they make no sense: %j', (providers, words) => {
    expect(refusal(providers)).toContain(words);
  });
});
