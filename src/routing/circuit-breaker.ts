import type { FailureKind } from '../domain/failure.ts';
import type { DeploymentHealth } from '../domain/snapshot.ts';

/**
 * The circuit of one deployment. `closed`: it is used. `open`: it rests until then; afterwards the next attempt is its
 * probe. `half_open`: at most one probe at a time is on its way (`probing`: since when, epoch ms), whose end decides.
 */
export type CircuitState =
  | { readonly state: 'closed'; readonly failures: number; readonly failedChecks: number }
  | {
      readonly state: 'open';
      readonly until: number;
      readonly reason: string;
      /** The key, the account or the model is refused: no check mends that, only a probe after a long rest. */
      readonly refused: boolean;
      /** Rests so far without a success between them. */
      readonly rests: number;
      readonly failedChecks: number;
      readonly goodChecks: number;
    }
  | {
      readonly state: 'half_open';
      readonly probing: number | null;
      readonly reason: string;
      readonly refused: boolean;
      readonly rests: number;
    };

/** What happens to a deployment. `abandoned`: an attempt ended that says nothing about it, such as a cancelled one. */
export type CircuitEvent =
  | { readonly type: 'started' }
  | { readonly type: 'succeeded' }
  | { readonly type: 'failed'; readonly kind: FailureKind; readonly message: string }
  | { readonly type: 'abandoned' }
  | { readonly type: 'checked'; readonly ok: boolean; readonly message: string };

export interface CircuitSettings {
  /** Failures in a row that open the circuit. */
  readonly failureThreshold: number;
  /** The first rest; each further one is twice as long, up to `longestRestMs`. */
  readonly restMs: number;
  readonly longestRestMs: number;
  /** A probe that has not ended after this long no longer keeps others from probing. */
  readonly probeMs: number;
  /** The rest of what is refused. */
  readonly refusedMs: number;
  /** Failed health checks in a row that open a circuit, or keep an open one open. */
  readonly unhealthyThreshold: number;
  /** Good health checks in a row, after such failed ones, that end a rest early. */
  readonly healthyThreshold: number;
  /** How long a failed check lets a rest go on: until the next check is in, but never past `longestRestMs`. */
  readonly checkHoldMs: number;
}

/**
 * Five failures in a row, at most 30 s of rest, 60 s for a probe. The longest rest leaves the
 * request that comes after it some seconds, so that a provider that recovers is used again within 30 s.
 */
export const CIRCUIT_DEFAULTS: CircuitSettings = {
  failureThreshold: 5,
  restMs: 10_000,
  longestRestMs: 25_000,
  probeMs: 60_000,
  refusedMs: 600_000,
  unhealthyThreshold: 3,
  healthyThreshold: 1,
  checkHoldMs: 25_000,
};

export const CLOSED: CircuitState = { state: 'closed', failures: 0, failedChecks: 0 };

/** How a failure counts: against the deployment, as a refusal, or not at all since the request or its caller is at fault. */
const BLAME: Readonly<Record<FailureKind, 'counts' | 'refuses' | 'innocent'>> = {
  rate_limited: 'counts',
  server_error: 'counts',
  connection: 'counts',
  timeout_connect: 'counts',
  timeout_first_token: 'counts',
  timeout_idle: 'counts',
  timeout_total: 'counts',
  stream_broken: 'counts',
  stream_malformed: 'counts',
  empty_answer: 'counts',
  unauthorized: 'refuses',
  payment_required: 'refuses',
  model_not_found: 'refuses',
  bad_request: 'innocent',
  context_length: 'innocent',
  content_refused: 'innocent',
  invalid_answer: 'innocent',
  check_failed: 'innocent',
  untranslatable: 'innocent',
  cancelled: 'innocent',
  internal: 'innocent',
};

/** Whether a failure refuses the key or its account, and so every model that is asked with it. */
export function refusesKey(kind: FailureKind): boolean {
  return kind === 'unauthorized' || kind === 'payment_required';
}

/** The circuit after an event. Pure; total: every event is answered in every state. */
export function step(state: CircuitState, event: CircuitEvent, now: number, settings: CircuitSettings): CircuitState {
  switch (event.type) {
    case 'started':
      return started(state, now, settings);
    case 'succeeded':
      // What was sent before the key was refused says nothing about the key now.
      return state.state === 'open' && state.refused ? state : CLOSED;
    case 'failed':
      return failed(state, event, now, settings);
    case 'abandoned':
      return state.state === 'half_open' ? { ...state, probing: null } : state;
    case 'checked':
      return checked(state, event, now, settings);
  }
}

/** What plans are told: a circuit that is due for a probe counts as healthy. */
export function healthOf(state: CircuitState, now: number, { probeMs }: CircuitSettings): DeploymentHealth {
  if (state.state === 'open' && state.until > now) {
    return { state: 'unhealthy', until: state.until, reason: state.reason, refused: state.refused };
  }
  if (state.state === 'half_open' && state.probing !== null && state.probing + probeMs > now) {
    const { reason, refused, probing } = state;
    return {
      state: 'unhealthy',
      until: probing + probeMs,
      reason: `a probe is on its way; before, ${reason}`,
      refused,
    };
  }
  return { state: 'healthy' };
}

/** An attempt at a circuit that is not closed is its probe, also one that is made because nothing else is left. */
function started(state: CircuitState, now: number, settings: CircuitSettings): CircuitState {
  if (state.state === 'closed') return state;
  if (healthOf(state, now, settings).state === 'unhealthy' && state.state === 'half_open') return state;
  return { state: 'half_open', probing: now, reason: state.reason, refused: state.refused, rests: state.rests };
}

function failed(
  state: CircuitState,
  { kind, message }: Extract<CircuitEvent, { type: 'failed' }>,
  now: number,
  settings: CircuitSettings,
): CircuitState {
  const blame = BLAME[kind];
  if (blame === 'innocent') return step(state, { type: 'abandoned' }, now, settings);
  const rests = state.state === 'closed' ? 0 : state.rests;
  if (blame === 'refuses') return open(now + settings.refusedMs, message, true, rests + 1);
  if (state.state === 'open') return state;
  if (state.state === 'half_open') {
    // An unrelated fault of the probe proves nothing about a key that was refused before.
    return open(now + restAfter(rests, settings), `it failed again after a rest: ${message}`, false, rests + 1);
  }
  const failures = state.failures + 1;
  if (failures < settings.failureThreshold) return { ...state, failures };
  return open(now + restAfter(0, settings), `${failures} failures in a row, the last: ${message}`, false, 1);
}

/** A check asks only whether the provider answers at all. It opens and prolongs, but never overrules a refusal. */
function checked(
  state: CircuitState,
  { ok, message }: Extract<CircuitEvent, { type: 'checked' }>,
  now: number,
  settings: CircuitSettings,
): CircuitState {
  const { unhealthyThreshold, healthyThreshold, checkHoldMs, longestRestMs } = settings;
  const held = now + Math.min(checkHoldMs, longestRestMs);
  if (state.state === 'half_open') return state;
  const failedChecks = ok ? 0 : state.failedChecks + 1;
  const isDown = failedChecks >= unhealthyThreshold;
  if (state.state === 'closed') {
    if (!isDown) return { ...state, failedChecks };
    const count = failedChecks === 1 ? '1 health check failed' : `${failedChecks} health checks in a row failed`;
    return { ...open(held, `${count}: ${message}`, false, 1), failedChecks };
  }
  if (state.refused) return state;
  if (!ok) return { ...state, failedChecks, goodChecks: 0, until: isDown ? Math.max(state.until, held) : state.until };
  // Good checks count only where bad ones showed that they tell the difference.
  const goodChecks = state.failedChecks >= unhealthyThreshold || state.goodChecks > 0 ? state.goodChecks + 1 : 0;
  if (goodChecks < healthyThreshold && state.until > now) return { ...state, failedChecks, goodChecks };
  return { state: 'half_open', probing: null, reason: state.reason, refused: false, rests: state.rests };
}

function open(
  until: number,
  reason: string,
  refused: boolean,
  rests: number,
): Extract<CircuitState, { state: 'open' }> {
  return { state: 'open', until, reason, refused, rests, failedChecks: 0, goodChecks: 0 };
}

function restAfter(rests: number, { restMs, longestRestMs }: CircuitSettings): number {
  return Math.min(longestRestMs, restMs * 2 ** Math.min(rests, 30));
}
