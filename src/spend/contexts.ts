import type { SqliteConnection } from '../storage/database.ts';
import type { AttemptOpening, CallOpening } from './ledger.ts';
import { createMemo } from './names.ts';

const REMEMBERED = 5_000;

/** Rows that many calls share: contexts, routes, and the groups of reports. Call all of it before a transaction. */
export interface Contexts {
  contextOf(call: CallOpening, baselinePriceId: number | null): number;
  routeOf(attempt: Pick<AttemptOpening, 'provider' | 'model' | 'upstreamModel'>): number;
  /** The groups in which a call counts, with the provider and model of its last attempt; as JSON. */
  groupsOf(call: CallOpening, attempt: Pick<AttemptOpening, 'provider' | 'model'> | null): string;
}

export function createContexts(sqlite: SqliteConnection): Contexts {
  const contextRow = prepareShared(sqlite, 'contexts', [
    ...['simulated', 'purpose', 'surface', 'client', 'project', 'role', 'key', 'tags', 'profile', 'task'],
    ...['complexity', 'rule', 'baseline_model', 'baseline_price_id'],
  ]);
  const routeRow = prepareShared(sqlite, 'routes', ['provider', 'model', 'upstream_model']);
  const groupRow = prepareShared(sqlite, 'report_groups', [
    ...['run', 'simulated', 'purpose', 'provider', 'model', 'task', 'role', 'project', 'client', 'key', 'tags'],
    'baseline_model',
  ]);
  const groups = createMemo<string>(REMEMBERED);

  function makeGroups(call: CallOpening, provider: string | null, model: string | null): string {
    const { role, project, client, key, runId } = call.attribution;
    const simulated = call.simulated ? 1 : 0;
    const purpose = call.purpose ?? null;
    const main = groupRow([
      ...[null, simulated, purpose, provider, model, call.task, role ?? null, project ?? null, client ?? null],
      ...[key ?? null, tagsOf(call), call.baseline.model],
    ]);
    const nothing = Array.from({ length: 9 }, () => null);
    return JSON.stringify(runId === undefined ? [main] : [main, groupRow([runId, simulated, purpose, ...nothing])]);
  }

  return {
    contextOf(call, baselinePriceId) {
      const { surface, client, project, role, key } = call.attribution;
      return contextRow([
        ...[call.simulated ? 1 : 0, call.purpose ?? null, surface, client ?? null, project ?? null, role ?? null],
        ...[key ?? null, tagsOf(call), call.profile, call.task],
        ...[call.complexity, call.rule, call.baseline.model, baselinePriceId],
      ]);
    },
    routeOf: ({ provider, model, upstreamModel }) => routeRow([provider, model, upstreamModel]),
    groupsOf(call, attempt) {
      const { role, project, client, key, runId, tags } = call.attribution;
      const { provider = null, model = null } = attempt ?? {};
      const who = JSON.stringify([role, project, client, key, runId, tags, call.purpose, provider, model]);
      return groups(`${call.simulated} ${call.task} ${call.baseline.model} ${who}`, () =>
        makeGroups(call, provider, model),
      );
    },
  };
}

function tagsOf({ attribution: { tags } }: CallOpening): string | null {
  return tags && tags.length > 0 ? JSON.stringify(tags) : null;
}

type Value = string | number | null;

/** Finds the row with these values in a table of shared rows, or makes it; returns its id. */
function prepareShared(sqlite: SqliteConnection, table: string, columns: readonly string[]) {
  const find = sqlite.prepare<[string], number>(`SELECT id FROM ${table} WHERE content = ?`).pluck();
  const insert = sqlite.prepare(
    `INSERT INTO ${table} (content, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})
     ON CONFLICT (content) DO NOTHING`,
  );
  const memo = createMemo<number>(REMEMBERED);
  return (values: readonly Value[]): number => {
    const content = JSON.stringify(values);
    return memo(content, () => {
      if (find.get(content) === undefined) insert.run(content, ...values);
      return Number(find.get(content));
    });
  };
}
