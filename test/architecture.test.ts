import { describe, expect, it } from 'vitest';
import { readSourceTree, type SourceFile } from './support/source-tree.ts';

/** The floors of ARCHITECTURE.md. A room may import itself and any lower floor; never a neighbour, never upwards. */
const FLOORS: Readonly<Record<string, number>> = {
  domain: 0,
  lib: 0,
  config: 1,
  catalogue: 1,
  storage: 1,
  telemetry: 1,
  routing: 2,
  providers: 2,
  spend: 2,
  memory: 2,
  cache: 2,
  planning: 2,
  checks: 2,
  context: 2,
  tokens: 1,
  pipeline: 3,
  mcp: 5,
  http: 5,
  cli: 5,
  sandbox: 5,
  'app.ts': 6,
  'app-deps.ts': 6,
  'completions.ts': 6,
  'stores.ts': 6,
  'upstreams.ts': 6,
  'surfaces.ts': 6,
  'main.ts': 6,
};

/** Rooms that import less than their floor allows. */
const NARROWER: Readonly<Record<string, readonly string[]>> = { sandbox: ['domain', 'lib', 'sandbox'] };

/** Each third-party package enters through its own doors only. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  zod: ['config', 'catalogue', 'mcp'],
  'better-sqlite3': ['storage'],
  kysely: ['storage', 'spend'],
  pino: ['telemetry'],
  'lru-cache': ['cache'],
  '@pydantic/genai-prices': ['catalogue'],
  'jsonc-parser': ['config'],
  openai: ['providers'],
  undici: ['providers'],
  '@modelcontextprotocol/server': ['mcp'],
  hono: ['http', 'sandbox'],
  '@hono/node-server': ['http', 'sandbox'],
  commander: ['cli'],
  picocolors: ['cli'],
  'cli-table3': ['cli'],
  re2js: ['checks'],
  '@babel/parser': ['checks'],
  '@lezer/python': ['checks'],
  'js-yaml': ['checks'],
  'csv-parse': ['planning'],
  'gpt-tokenizer': ['tokens'],
};

/** Names that may be used in some rooms only, with the reason. */
const BANS: readonly { readonly pattern: RegExp; readonly allowed: readonly string[]; readonly why: string }[] = [
  { pattern: /process\.env\b/, allowed: ['config'], why: 'the environment is read in config' },
  { pattern: /\bconsole\./, allowed: ['cli'], why: 'only the command line prints' },
  {
    pattern: /process\.stdout\b/,
    allowed: ['cli', 'main.ts'],
    why: 'stdout belongs to the protocol or the command line',
  },
  { pattern: /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(/, allowed: ['lib'], why: 'time comes from a clock' },
  { pattern: /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/, allowed: ['lib'], why: 'randomness is handed in' },
  { pattern: /\beval\(|\bnew Function\(|['"](?:node:)?vm['"]/, allowed: [], why: 'no code is made from text' },
  { pattern: /\bshell:\s*true/, allowed: [], why: 'no shell' },
  { pattern: /^export default\b/m, allowed: [], why: 'exports have names' },
];

const files = readSourceTree();

function packageOf(name: string): string {
  const parts = name.split('/');
  return name.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? name);
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  if (NARROWER[from]) return NARROWER[from].includes(to);
  const [own, other] = [FLOORS[from], FLOORS[to]];
  return own !== undefined && other !== undefined && (other < own || own === 6);
}

/** Cycles among files by imports that run when a module is loaded. */
function findCycles(all: readonly SourceFile[]): readonly string[] {
  const edges = new Map(all.map((f) => [f.path, f.imports.filter((i) => !i.lazy && !i.typeOnly).map((i) => i.path)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of all) visit(path, []);
  return cycles;
}

describe('the house', () => {
  it('has a floor for every room', () => {
    const rooms = [...new Set(files.map(({ room }) => room))];
    expect(rooms.filter((room) => FLOORS[room] === undefined)).toEqual([]);
  });

  it('lets a room import itself and lower floors only', () => {
    const breaches = files.flatMap((file) =>
      file.imports
        .filter(({ path }) => path.endsWith('.ts'))
        .map(({ path }) => ({ path, room: path.includes('/') ? (path.split('/')[0] ?? '') : path }))
        .filter(({ room }) => !mayImport(file.room, room))
        .map(({ path }) => `${file.path} imports ${path}`),
    );
    expect(breaches).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(findCycles(files)).toEqual([]);
  });

  it('lets each package in through its own door only', () => {
    const breaches = files.flatMap((file) =>
      file.packages
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('node:'))
        .filter((name) => FLOORS[file.room] !== 6 && !DOORS[packageOf(name)]?.includes(file.room))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(breaches).toEqual([]);
  });

  it('keeps the ground floor free of packages', () => {
    const breaches = files
      .filter(({ room }) => FLOORS[room] === 0 || room === 'pipeline')
      .flatMap((file) =>
        file.packages.filter(({ name }) => !name.startsWith('node:')).map(({ name }) => `${file.path}: ${name}`),
      );
    expect(breaches).toEqual([]);
  });

  it.each(BANS)('respects that $why', ({ pattern, allowed }) => {
    const breaches = files
      .filter(({ room, code }) => !allowed.includes(room) && pattern.test(code))
      .map(({ path }) => path);
    expect(breaches).toEqual([]);
  });

  it('keeps the story of a completion within 120 lines', () => {
    const pipeline = files.find(({ path }) => path === 'pipeline/pipeline.ts');
    expect(pipeline?.text.split('\n').length).toBeLessThanOrEqual(121);
  });

  it('has no file that became a landfill', () => {
    const large = files
      .filter(({ text }) => text.split('\n').length > 300)
      .map(({ path, text }) => `${path}: ${text.split('\n').length}`);
    expect(large).toEqual([]);
  });

  it('would notice a breach, a cycle and a ban', () => {
    const base = { text: '', code: '', packages: [] };
    expect(mayImport('routing', 'spend')).toBe(false);
    expect(mayImport('domain', 'config')).toBe(false);
    expect(mayImport('sandbox', 'config')).toBe(false);
    expect(mayImport('pipeline', 'spend')).toBe(true);
    const edge = (path: string) => ({ path, lazy: false, typeOnly: false });
    expect(
      findCycles([
        { ...base, path: 'a.ts', room: 'a.ts', imports: [edge('b.ts')] },
        { ...base, path: 'b.ts', room: 'b.ts', imports: [edge('a.ts')] },
      ]),
    ).toEqual(['a.ts → b.ts → a.ts']);
    expect(BANS.some(({ pattern }) => pattern.test('const t = Date.now();'))).toBe(true);
  });
});
