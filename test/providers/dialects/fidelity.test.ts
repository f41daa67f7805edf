import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProviderKind } from '../../../src/config/config.ts';
import type { CompletionRequest } from '../../../src/domain/completion-request.ts';
import { chooseDialect } from '../../../src/providers/choose-dialect.ts';
import { outcomeOf, sessionOf } from '../../support/dialect-fixture.ts';
import { providerCall } from '../../support/provider-call.ts';
import { projectRoot } from '../../support/source-tree.ts';

type Cell =
  | { readonly is: 'carried' | 'changed'; readonly body: object }
  | { readonly is: 'left out'; readonly absent: readonly string[] }
  | { readonly is: 'refused'; readonly message: string };

interface Fidelity {
  readonly providers: Readonly<
    Record<string, { readonly kind: ProviderKind; readonly model: string; readonly baseUrl?: string }>
  >;
  readonly features: readonly {
    readonly feature: string;
    readonly request: Partial<CompletionRequest>;
    readonly cells: Readonly<Record<string, Cell>>;
  }[];
  readonly stopReasons: Readonly<
    Record<
      string,
      { readonly provider: string; readonly stream: string; readonly means: Readonly<Record<string, string>> }
    >
  >;
}

const { providers, features, stopReasons } = JSON.parse(
  readFileSync(join(projectRoot, 'docs', 'fidelity.json'), 'utf8'),
) as Fidelity;

function dialectOf(name: string) {
  const provider = providers[name];
  if (!provider) throw new Error(`fidelity.json names no provider ${name}.`);
  const { kind, model, baseUrl = `https://${name}.test/v1` } = provider;
  return { dialect: chooseDialect({ kind, name, baseUrl }), model };
}

function bodyFor(name: string, request: Partial<CompletionRequest>): string {
  const { dialect, model } = dialectOf(name);
  const call = providerCall(request, { provider: name, upstreamModel: model });
  return dialect.encode({ ...call, maxOutputTokens: 8_000 }).body;
}

/** What an answer comes to: its finish reason, or the kind of its failure. */
async function endOf(name: string, stream: string): Promise<string | null> {
  const call = providerCall({}, { provider: name });
  const context = { deployment: call.deployment.id, secrets: [], now: 0 };
  const { answer, failure } = await outcomeOf(
    dialectOf(name).dialect.read(sessionOf([Buffer.from(stream)]), context, call),
  );
  return failure?.kind ?? answer.finishReason;
}

describe('what becomes of a feature in each dialect, as published (UPS-01, UPS-04)', () => {
  it('is said of every feature for every provider', () => {
    const gaps = features.flatMap(({ feature, cells }) =>
      Object.keys(providers)
        .filter((name) => !cells[name])
        .map((name) => `${feature} at ${name}`),
    );
    expect(gaps).toEqual([]);
  });

  const cells = features.flatMap(({ feature, request, cells: each }) =>
    Object.entries(each).map(([name, cell]) => ({ feature, request, name, cell, is: cell.is })),
  );

  it.each(cells)('$feature: $is at $name', ({ name, request, cell }) => {
    switch (cell.is) {
      case 'carried':
      case 'changed':
        expect(JSON.parse(bodyFor(name, request))).toMatchObject(cell.body);
        break;
      case 'left out': {
        const body = bodyFor(name, request);
        expect(cell.absent.filter((word) => body.includes(word))).toEqual([]);
        break;
      }
      case 'refused':
        expect(() => bodyFor(name, request)).toThrow(cell.message);
        break;
    }
  });

  const reasons = Object.entries(stopReasons).flatMap(([dialect, { provider, stream, means }]) =>
    Object.entries(means).map(([reason, meaning]) => ({ dialect, provider, stream, reason, meaning })),
  );

  it.each(reasons)(
    'the reason $reason of $dialect comes to $meaning',
    async ({ provider, stream, reason, meaning }) => {
      expect(await endOf(provider, stream.replace('{reason}', reason))).toBe(meaning);
    },
  );
});
