import { BENCH_SCENARIOS } from './bench-scenarios.ts';
import { EVERYDAY_SCENARIOS } from './everyday-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** Every fault that can be played by name. */
export const SCENARIOS: readonly Scenario[] = [...BENCH_SCENARIOS, ...EVERYDAY_SCENARIOS];
