import type { LoadBalancing, Redundancy } from '../config/config.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Candidate } from '../domain/plan.ts';
import type { Balancing, DeploymentLoad } from '../domain/snapshot.ts';

export interface BalancingRules {
  readonly loadBalancing: LoadBalancing;
  readonly redundancy: Redundancy;
  /** How much dearer than the cheapest a replica may be, as a share: 0.1; 0 where money is short. */
  readonly tolerance: number;
}

/** Replicas may cost this much more than the cheapest of them. */
export const COST_TOLERANCE = 0.1;

/** The least weight that adaptive weights leave: a slow replica is still asked now and then, to see whether it got better. */
const LEAST_WEIGHT = 0.05;
/** The golden ratio less one. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Spreads calls over replicas: candidates of the same model (with other keys, at other providers) that are expected to
 * cost about the same. Only they change places among themselves, everything else keeps its place, so the rules that
 * made the order still hold. Pure: the same turn, random number and load give the same order.
 */
export function balanceReplicas(
  candidates: readonly Candidate[],
  rules: BalancingRules,
  balancing: Balancing | undefined,
): readonly Candidate[] {
  if (!balancing || rules.loadBalancing.strategy === 'off' || candidates.length < 2) return candidates;
  const byModel = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = replicaKey(candidate);
    const replicas = byModel.get(key);
    if (replicas) replicas.push(candidate);
    else byModel.set(key, [candidate]);
  }
  if (byModel.size === candidates.length) return candidates;
  const ordered = [...candidates];
  for (const replicas of byModel.values()) {
    if (replicas.length < 2) continue;
    const equals = equalReplicas(replicas, rules.tolerance);
    const places = equals.map((equal) => candidates.indexOf(equal));
    for (const [index, replica] of arrange(equals, rules, balancing).entries()) {
      const place = places[index];
      if (place !== undefined) ordered[place] = replica;
    }
  }
  return ordered;
}

/** A model that has tools is no replica of the same one for which they are emulated. */
function replicaKey({ deployment, emulatesTools }: Candidate): string {
  return emulatesTools ? `${deployment.model}\nemulated` : deployment.model;
}

/** Those that take part in turn, behind them the others. */
function arrange(
  equals: readonly Candidate[],
  { loadBalancing, redundancy }: BalancingRules,
  balancing: Balancing,
): readonly Candidate[] {
  const peers = limitPeers(equals, redundancy);
  if (peers.length < 2) return equals;
  const reason = `, ${loadBalancing.strategy} over ${peers.length} replicas`;
  const served = inTurn(peers, loadBalancing, balancing).map((peer) => ({ ...peer, reason: peer.reason + reason }));
  return [...served, ...equals.filter((equal) => !peers.includes(equal))];
}

/**
 * The replicas within the tolerance of the cheapest, in their order. Where the profile puts a dearer one first, its
 * preference holds, and calls are spread over the keys of that provider only.
 */
function equalReplicas(replicas: readonly Candidate[], tolerance: number): readonly Candidate[] {
  const [leader] = replicas;
  if (!leader) return [];
  const costs = replicas.flatMap(({ expectedCost }) => (expectedCost === null ? [] : [expectedCost]));
  const most = Math.min(...costs) * (1 + tolerance);
  if (leader.expectedCost !== null && leader.expectedCost <= most) {
    return replicas.filter(({ expectedCost }) => expectedCost !== null && expectedCost <= most);
  }
  return replicas.filter(
    ({ deployment, expectedCost }) =>
      deployment.provider === leader.deployment.provider && expectedCost === leader.expectedCost,
  );
}

/** As many as `replicationFactor` says; with `crossRegion` such as lie in other regions and at other providers first. */
function limitPeers(peers: readonly Candidate[], { replicationFactor, crossRegion }: Redundancy): readonly Candidate[] {
  if (replicationFactor === null || peers.length <= replicationFactor) return peers;
  if (!crossRegion) return peers.slice(0, replicationFactor);
  const chosen: Candidate[] = [];
  const left = [...peers];
  while (chosen.length < replicationFactor && left.length > 0) {
    const scores = left.map(({ deployment }) => novelty(deployment, chosen));
    const [next] = left.splice(scores.indexOf(Math.max(...scores)), 1);
    if (next) chosen.push(next);
  }
  return chosen;
}

/** 2 for a region that no chosen replica has, and 1 for a provider that none has. */
function novelty({ regions, provider }: Deployment, chosen: readonly Candidate[]): number {
  const taken = new Set(chosen.flatMap(({ deployment }) => deployment.regions));
  const isNewRegion = regions.length > 0 && regions.every((region) => !taken.has(region));
  const isNewProvider = chosen.every(({ deployment }) => deployment.provider !== provider);
  return (isNewRegion ? 2 : 0) + (isNewProvider ? 1 : 0);
}

/** The peers with the one whose turn it is first, and the others as they would stand in for it. */
function inTurn(peers: readonly Candidate[], rules: LoadBalancing, balancing: Balancing): readonly Candidate[] {
  switch (rules.strategy) {
    case 'round-robin':
    case 'weighted-round-robin': {
      const weights = weightsOf(peers, rules, balancing.load);
      const first = pickByWeight(weights, turnPosition(balancing.turn));
      return [...peers.slice(first), ...peers.slice(0, first)];
    }
    case 'least-loaded':
      return leastLoaded(peers, balancing);
    case 'off':
      return peers;
  }
}

/**
 * Where a turn falls in [0, 1): steps by the golden ratio meet every part as often as it is wide, and do so also where
 * every second or third turn is lost to a cached answer, which simple counting would turn into a bias.
 */
function turnPosition(turn: number): number {
  return (turn * GOLDEN) % 1;
}

/**
 * What each replica is to get, in no particular unit. Weighted: by the requests a minute that it takes, where that is
 * known of all; adaptive: the slower it answers, compared with the fastest, the less it gets.
 */
export function weightsOf(
  peers: readonly Candidate[],
  { strategy, adaptiveWeights }: LoadBalancing,
  load: Balancing['load'],
): readonly number[] {
  const capacities = peers.map(({ deployment }) => deployment.rateLimits?.requestsPerMinute ?? null);
  const weighted = strategy === 'weighted-round-robin' && capacities.every((capacity) => capacity !== null);
  const base = peers.map((_, index) => (weighted ? (capacities[index] ?? 1) : 1));
  if (!adaptiveWeights) return base;
  const latencies = peers.map(({ deployment }) => load.get(deployment.id)?.latencyMs ?? null);
  const fastest = Math.min(...latencies.flatMap((latency) => (latency === null ? [] : [latency])));
  return base.map((weight, index) => {
    const latency = latencies[index] ?? fastest;
    return Number.isFinite(latency) && latency > 0 ? weight * Math.max(LEAST_WEIGHT, fastest / latency) : weight;
  });
}

/** The index into whose share of all weights the position falls. */
function pickByWeight(weights: readonly number[], position: number): number {
  let left = position * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    if (left < weight) return index;
    left -= weight;
  }
  return 0;
}

/** Two at random, the less busy of them first (the power of two choices); behind them the others, the least busy first. */
function leastLoaded(peers: readonly Candidate[], { random, load }: Balancing): readonly Candidate[] {
  const scaled = random * peers.length;
  const one = Math.min(peers.length - 1, Math.floor(scaled));
  const step = 1 + Math.floor((scaled - one) * (peers.length - 1));
  const two = (one + Math.min(step, peers.length - 1)) % peers.length;
  const costs = busyness(peers, load);
  const cost = (index: number) => costs[index] ?? 0;
  const first = cost(two) < cost(one) ? two : one;
  const others = [...peers.keys()].filter((index) => index !== first).sort((a, b) => cost(a) - cost(b));
  return [first, ...others].flatMap((index) => peers[index] ?? []);
}

/** Latency times what would be in flight; a replica of unknown latency counts as the fastest, so that it is tried. */
function busyness(peers: readonly Candidate[], load: Balancing['load']): readonly number[] {
  const loads = peers.map(({ deployment }): DeploymentLoad => load.get(deployment.id) ?? IDLE);
  const known = loads.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  const fastest = known.length > 0 ? Math.min(...known) : 1;
  return loads.map(({ latencyMs, inFlight }) => (latencyMs ?? fastest) * (inFlight + 1));
}

const IDLE: DeploymentLoad = { inFlight: 0, latencyMs: null };
