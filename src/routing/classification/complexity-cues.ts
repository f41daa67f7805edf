import type { Complexity, TaskType } from '../../domain/task.ts';

/** How hard a task of a kind is before anything else is known, on the scale 0 to 1. */
export const BASE_COMPLEXITY: Readonly<Record<TaskType, number>> = {
  simple: 0.05,
  fallback: 0.1,
  question_answering: 0.22,
  general: 0.24,
  function_calling: 0.26,
  structured: 0.28,
  structured_output: 0.28,
  json_generation: 0.26,
  data_extraction: 0.28,
  code_generation: 0.3,
  coding: 0.32,
  testing: 0.34,
  tool_use: 0.3,
  refactoring: 0.36,
  code_review: 0.38,
  debugging: 0.38,
  analysis: 0.4,
  api_integration: 0.42,
  reasoning: 0.42,
  repository_analysis: 0.5,
  research: 0.55,
};

/** Words that make a task easier or harder: what they add to the score, each group once, with its words. */
export const COMPLEXITY_CUES: readonly { readonly name: string; readonly adds: number; readonly words: string }[] = [
  {
    name: 'expert subject',
    adds: 0.36,
    words: `lock free, wait free, linearizable, linearizability, byzantine, raft, paxos, consensus, garbage collector, write barrier, formally verify, formal proof,
      cryptographic protocol, zero knowledge, undecidable, np hard, compiler backend, jit compiler, kernel module, distributed cache, network partitions,
      split brain, clock skew, memory ordering, type inference, sharding strategy, exactly once, two phase commit, formal verification, formally verified, leader election, log compaction, konsens, 共识`,
  },
  {
    name: 'proof',
    adds: 0.16,
    words: 'prove, proof, prove that, derive, beweise, démontre, demuestra, buktikan, 证明',
  },
  {
    name: 'broad design',
    adds: 0.14,
    words: `architecture, architect, multi tenant, microservices, distributed, scalable, at scale, end to end, strategy, trade offs, threat model, zero downtime, without downtime,
      backwards compatible, backwards compatibility, production grade, concurrency, race condition, deadlock, flaky, memory leak, root cause, monorepo, monolithic, layers, migrate, security,
      architektur, arquitectura, arsitektur, 架构, 分布式`,
  },
  {
    name: 'system to design',
    adds: 0.25,
    words: `high availability, highly available, fault tolerant, fault tolerance, failover, distributed system, distributed transaction, distributed message queue, microservices architecture, design the architecture,
      design an architecture, architecture of a, architecture for a, kubernetes operator, k8s operator, event sourcing, multi region, hochverfügbar`,
  },
  {
    name: 'breadth',
    adds: 0.09,
    words: `whole, entire, across, all modules, each, complete, comprehensive, thorough, codebase, throughout, literature, survey, swot, integrate, rate limits, 
      gesamt, ganze, komplette, complet, completo, seluruh, 整体, 全部`,
  },
  {
    name: 'conditions',
    adds: 0.08,
    words: `must, must not, without, ensure, keep, at least, at most, including, constraints, requirements, guarantee, so that, muss, ohne, sodass, doit, sans, debe, sin, harus, tanpa, 必须`,
  },
  {
    name: 'small change',
    adds: -0.16,
    words: `simple, quick, quickly, just, tiny, short, one liner, one line, typo, rename, bump, small, minor, brief, single, trivial, einfach, kurz, schnell, petit, rapide, sencillo, rápido,
      sederhana, singkat, 简单`,
  },
];

/** Scores from which on a task is medium, complex, expert. */
export const COMPLEXITY_STEPS: readonly (readonly [Complexity, number])[] = [
  ['simple', 0],
  ['medium', 0.25],
  ['complex', 0.55],
  ['expert', 0.8],
];

/** What a complexity given by the caller counts as on the scale 0 to 1: the middle of its step. */
export const COMPLEXITY_SCORE: Readonly<Record<Complexity, number>> = {
  simple: 0.12,
  medium: 0.4,
  complex: 0.68,
  expert: 0.9,
};
