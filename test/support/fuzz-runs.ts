/** How many cases a property is tried with: a few in `npm test`, `FAREBOX_FUZZ_RUNS` in `npm run fuzz`. */
export function fuzzRuns(share = 1): { readonly numRuns: number } {
  const runs = Number(process.env['FAREBOX_FUZZ_RUNS'] ?? 1_000);
  return { numRuns: Math.max(1, Math.round(runs * share)) };
}
