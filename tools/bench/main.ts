import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Section } from './measure.ts';

/** Each benchmark is loaded when its turn comes, so that none pays for the modules of another. */
const BENCHMARKS: Readonly<Record<string, (root: string) => Promise<Section>>> = {
  route: async (root) => (await import('./route.ts')).benchRoute(root),
  ledger: async () => (await import('./ledger.ts')).benchLedger(),
  pipeline: async (root) => (await import('./pipeline.ts')).benchPipeline(root),
  dialects: async () => (await import('./dialects.ts')).benchDialects(),
  passthrough: async (root) => (await import('./passthrough.ts')).benchPassthrough(root),
  checks: async () => (await import('./checks.ts')).benchChecks(),
  startup: async (root) => (await import('./startup.ts')).benchStartup(root),
};

/** Those that take minutes and gigabytes, run only where they are named. */
const LARGE: typeof BENCHMARKS = {
  'ledger-year': async () => (await import('./ledger-year.ts')).benchLedgerYear(),
};

/** Runs all benchmarks, or those named, prints them, and (all of them only) writes `docs/benchmarks.md`. */
export async function runBenchmarks(root: string, names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !BENCHMARKS[name] && !LARGE[name]);
  if (unknown.length > 0)
    throw new Error(
      `No benchmark ${unknown.join(', ')}; there are ${Object.keys({ ...BENCHMARKS, ...LARGE }).join(', ')}.`,
    );
  const sections: Section[] = [];
  for (const [name, bench] of Object.entries({ ...BENCHMARKS, ...LARGE })) {
    if (names.length === 0 ? LARGE[name] : !names.includes(name)) continue;
    const section = await bench(root);
    sections.push(section);
    process.stdout.write(`${toMarkdown(section)}\n`);
  }
  if (names.length === 0) {
    const head = `# Benchmarks

Written by \`npm run bench\` on ${process.platform} ${process.arch}, Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}),
${Math.round(totalmem() / 2 ** 30)} GiB. Ratios hold where absolute figures drift: what stands beside a figure was measured in the same run.
`;
    writeFileSync(join(root, 'docs', 'benchmarks.md'), `${head}\n${sections.map(toMarkdown).join('\n')}`);
    process.stdout.write('written to docs/benchmarks.md\n');
  }
}

function toMarkdown({ title, method, rows }: Section): string {
  const lines = rows.map(({ name, value, ratio, goal, met }) => {
    const verdict = met === undefined ? '' : met ? 'met' : '**missed**';
    return `| ${name} | ${value} | ${ratio ?? ''} | ${goal ?? ''} | ${verdict} |`;
  });
  return `## ${title}\n\n${method}\n\n| what | figure | ratio | goal | |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
}
