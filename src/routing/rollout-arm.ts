import type { Rollout, RolloutArm } from '../domain/rollout.ts';
import { fingerprint } from '../lib/fingerprint.ts';

const BUCKETS = 10_000;

/**
 * Where a conversation goes: the same way in every turn and every process, and a conversation that has moved to the
 * profile stays there as the share grows.
 */
export function rolloutArm({ id, share }: Pick<Rollout, 'id' | 'share'>, conversation: string): RolloutArm {
  return fingerprint(conversation, id) % BUCKETS < share * BUCKETS ? 'profile' : 'baseline';
}
