import type { BatchRequests } from '../../config/config.ts';
import type { Deployment } from '../../domain/deployment.ts';
import { type FailureKind, ProviderFailure } from '../../domain/failure.ts';
import { createMicroBatch, type MicroBatch, type Settled } from '../../lib/micro-batch.ts';
import type { Provider } from '../../providers/provider.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { type BillShare, shareBill } from '../share-flight.ts';

/** One attempt of one caller, as far as its texts fly with those of others. */
export interface Passenger {
  readonly deployment: Deployment;
  readonly dimensions: number | undefined;
  readonly profile: string;
  /** Something of it was sent, so that it may have to be paid. */
  sent: boolean;
}

/** What a request brought for one text. */
export interface Landed {
  readonly vector: readonly number[];
  /** The passenger's part of that request's bill: the same object for all of its texts in it. null: the provider told no usage. */
  readonly share: BillShare | null;
  /** Texts of others were in the same request. */
  readonly joined: boolean;
}

/** Sends texts to providers, those of several callers in one request where the profile says so. */
export interface EmbeddingFlights {
  /** Requests that so many texts may be spread over, each of which may have a price of its own. */
  mostRequests(passenger: Passenger, texts: number): number;
  /** What became of each text, in their order; never rejects. Failures are `ProviderFailure` or the signal's reason. */
  send(passenger: Passenger, inputs: readonly string[], signal: AbortSignal): Promise<readonly Settled<Landed>[]>;
}

interface Item {
  readonly text: string;
  readonly passenger: Passenger;
}

interface Lane {
  readonly batch: MicroBatch<Item, Landed>;
  users: number;
}

/** Faults that one text may have brought upon all: each half is then sent on its own, until everybody has his own answer. */
const BY_ONE_TEXT: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'bad_request',
  'context_length',
  'content_refused',
]);

export function createEmbeddingFlights(
  deps: Pick<PipelineDeps, 'config' | 'provider' | 'gateOf' | 'clock'>,
): EmbeddingFlights {
  /** Dimensions are the callers' choice, so a lane that nobody uses is forgotten. */
  const lanes = new Map<string, Lane>();

  function openLane({ maxBatchSize, delayMs, smart }: BatchRequests, most: number): Lane {
    const batch = createMicroBatch<Item, Landed>({
      maxSize: Math.min(maxBatchSize, most),
      delayMs,
      smart,
      clock: deps.clock,
      run: (items, signal) => fly(deps, items, signal),
    });
    return { batch, users: 0 };
  }

  async function sendTogether(key: string, lane: Lane, items: readonly Item[], signal: AbortSignal) {
    lanes.set(key, lane);
    lane.users++;
    const results = await Promise.allSettled(items.map((item) => lane.batch.add(item, signal)));
    lane.users--;
    if (lane.users === 0) lanes.delete(key);
    return results.map(toSettled);
  }

  const mostInputs = ({ deployment }: Passenger) =>
    deps.provider(deployment.provider).mostInputs ?? Number.POSITIVE_INFINITY;
  const batchingOf = ({ profile }: Passenger) => deps.config.profiles.get(profile)?.batchRequests;

  return {
    mostRequests(passenger, texts) {
      const batching = batchingOf(passenger);
      const most = mostInputs(passenger);
      // The first request may have room for one text only, beside those of others.
      return batching ? Math.ceil((texts - 1) / Math.min(batching.maxBatchSize, most)) + 1 : Math.ceil(texts / most);
    },
    async send(passenger, inputs, signal) {
      const { deployment, dimensions, profile } = passenger;
      const items = inputs.map((text) => ({ text, passenger }));
      const most = Math.min(mostInputs(passenger), inputs.length);
      const batching = batchingOf(passenger);
      if (batching) {
        // What a free quota pays does not go along with what is paid.
        const key = [profile, deployment.id, deployment.price?.source, dimensions].join('\n');
        return sendTogether(key, lanes.get(key) ?? openLane(batching, mostInputs(passenger)), items, signal);
      }
      const parts = Array.from({ length: Math.ceil(items.length / most) }, (_, part) =>
        items.slice(part * most, (part + 1) * most),
      );
      const flown = await Promise.all(parts.map((part) => fly(deps, part, signal)));
      return flown.flat();
    },
  };
}

type FlightDeps = Pick<PipelineDeps, 'provider' | 'gateOf'>;

/** One request; where a text of one caller spoils it for all, more of them. Never rejects. */
async function fly(deps: FlightDeps, items: readonly Item[], signal: AbortSignal): Promise<readonly Settled<Landed>[]> {
  const passengers = [...new Set(items.map(({ passenger }) => passenger))];
  try {
    return await request(deps, items, passengers, signal);
  } catch (error) {
    const divides = passengers.length > 1 && error instanceof ProviderFailure && BY_ONE_TEXT.has(error.kind);
    if (!divides) return items.map(() => ({ ok: false, error }));
    const first = new Set(passengers.slice(0, Math.ceil(passengers.length / 2)));
    const isFirst = ({ passenger }: Item) => first.has(passenger);
    const halves = [items.filter(isFirst), items.filter((item) => !isFirst(item))];
    const flown = await Promise.all(halves.map((half) => fly(deps, half, signal)));
    const landed = new Map(halves.flatMap((half, h) => half.map((item, i) => [item, flown[h]?.[i]] as const)));
    return items.map((item) => landed.get(item) ?? { ok: false, error });
  }
}

async function request(
  deps: FlightDeps,
  items: readonly Item[],
  passengers: readonly Passenger[],
  signal: AbortSignal,
): Promise<readonly Settled<Landed>[]> {
  const passenger = passengers[0];
  if (!passenger) return [];
  const { deployment, dimensions, profile } = passenger;
  const leave = await deps.gateOf(profile)?.acquire(signal);
  try {
    const embed = embedderOf(deps.provider(deployment.provider), deployment);
    for (const each of passengers) each.sent = true;
    const inputs = items.map(({ text }) => text);
    const answer = await embed({ deployment, inputs, ...(dimensions !== undefined && { dimensions }) }, signal);
    const { usage, reportedCost } = answer;
    const weights = passengers.map((each) => weightOf(items.filter((item) => item.passenger === each)));
    const shares = usage && shareBill({ price: deployment.price, usage, reportedCost }, weights);
    const shareOf = new Map(passengers.map((each, index) => [each, shares?.[index] ?? null]));
    return items.map((item, index) => ({
      ok: true,
      value: {
        vector: answer.vectors[index] ?? [],
        share: shareOf.get(item.passenger) ?? null,
        joined: passengers.length > 1,
      },
    }));
  } finally {
    leave?.();
  }
}

function embedderOf(provider: Provider, { id }: Deployment): NonNullable<Provider['embed']> {
  if (provider.embed) return provider.embed;
  throw new ProviderFailure('untranslatable', id, `farebox knows no way to ask ${provider.name} for embeddings`);
}

function weightOf(items: readonly Item[]): number {
  return items.reduce((sum, { text }) => sum + Buffer.byteLength(text, 'utf8'), 0);
}

function toSettled<T>(result: PromiseSettledResult<T>): Settled<T> {
  return result.status === 'fulfilled' ? { ok: true, value: result.value } : { ok: false, error: result.reason };
}
