import type { Deployment } from '../domain/deployment.ts';
import { formatUsd, type NanoUsd, nano } from '../domain/money.ts';
import type { Engine } from '../pipeline/engine.ts';
import { foldKeys } from '../pipeline/fold-keys.ts';
import { usdPair } from '../pipeline/views/describe-money.ts';
import { type CliContext, printJson } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { plainLine } from './plain-text.ts';
import { renderTable } from './table.ts';

/** Input tokens for each of output, as in the workloads of the planning commands. */
const INPUT_PER_OUTPUT = 5;

/** A model's list price for a point of its quality. */
export interface ListedValue {
  readonly id: string;
  readonly quality: number;
  /** Of a million tokens, five of input for each of output; nano-dollars. */
  readonly perMillionTokens: NanoUsd;
  readonly perQualityPoint: NanoUsd;
}

/** Models by what a point of quality costs at list prices, the cheapest first; free ones, and those without price or score, left out. */
export function listedValues(deployments: readonly Deployment[]): readonly ListedValue[] {
  const values = deployments.flatMap(({ id, price, quality }) => {
    if (!price || !quality) return [];
    const { input, output } = price.rates;
    const perMillionTokens = nano(Math.ceil((input * INPUT_PER_OUTPUT + output) / (INPUT_PER_OUTPUT + 1)));
    if (perMillionTokens === 0) return [];
    return [{ id, quality, perMillionTokens, perQualityPoint: nano(Math.round(perMillionTokens / quality)) }];
  });
  return values.sort((a, b) => a.perQualityPoint - b.perQualityPoint || a.id.localeCompare(b.id));
}

export async function printValues(context: CliContext, engine: Engine): Promise<ExitCode> {
  const offered = foldKeys(engine.catalogue.deployments, engine.health()).map(({ deployment }) => deployment);
  const values = listedValues(offered);
  const { stdout } = context;
  if (context.json) {
    const unit = 'USD per million tokens (five of input for each of output) and point of quality (0 to 100)';
    const models = values.map(({ id, quality, perMillionTokens, perQualityPoint }) => ({
      ...{ id, quality },
      ...usdPair('per_million_tokens', perMillionTokens),
      ...usdPair('per_quality_point', perQualityPoint),
    }));
    await printJson(context, { unit, models, not_ranked: offered.length - values.length });
    return EXIT.done;
  }
  const rows = values.map(({ id, quality, perMillionTokens, perQualityPoint }) => [
    plainLine(id),
    String(quality),
    formatUsd(perMillionTokens),
    formatUsd(perQualityPoint),
  ]);
  const columns = [
    { head: 'model', flexible: true },
    { head: 'quality', align: 'right' },
    { head: '$/M blended', align: 'right' },
    { head: '$/M a point', align: 'right' },
  ] as const;
  await stdout.line(renderTable(columns, rows, stdout));
  const left = offered.length - values.length;
  await stdout.line(
    stdout.colours.dim(
      `\nblended: five tokens of input for each of output · ${left} more are free, or have no price or no score`,
    ),
  );
  return EXIT.done;
}
