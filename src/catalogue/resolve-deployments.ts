import type { Deployment } from '../domain/deployment.ts';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { Catalogue } from './catalogue.ts';

export interface ResolverDeps {
  readonly deployments: readonly Deployment[];
  /** Those that do something else: they are not meant, and whoever names one is told. */
  readonly others: readonly Deployment[];
  /** `deployments` make vectors; else they write. */
  readonly embeddings: boolean;
  readonly unavailable: Catalogue['unavailable'];
  /** A model at a provider that no file mentions, with each of its keys; empty where the provider cannot be used. */
  readonly adHoc: (provider: string, model: string) => readonly Deployment[];
}

/**
 * `Catalogue.resolve`: exact id, then model, then the provider's own name for it, then the last part of a model's name where
 * only one model ends so, then `provider/anything`.
 */
export function createResolver(deps: ResolverDeps): Catalogue['resolve'] {
  const { deployments, others, unavailable, adHoc, embeddings } = deps;
  const lookUp = (name: string, deployments = deps.deployments): readonly Deployment[] => {
    const exact = deployments.filter((d) => d.id === name || `${d.provider}/${d.model}` === name);
    if (exact.length > 0) return exact;
    const byModel = deployments.filter((d) => d.model === name);
    if (byModel.length > 0) return byModel;
    return deployments.filter((d) => d.upstreamModel === name || `${d.provider}/${d.upstreamModel}` === name);
  };
  return (written) => {
    const name = written.trim();
    const found = lookUp(name);
    if (found.length > 0) return found;
    const lower = name.toLowerCase();
    const folded = lower === name ? [] : lookUp(lower);
    if (folded.length > 0) return folded;
    if (lookUp(name, others).length > 0) throw wrongKind(name, deployments, embeddings);
    const missing = unavailable.filter((u) => u.model === name || `${u.provider}/${u.model}` === name);
    if (missing.length > 0) throw unavailableModel(name, missing);
    const byEnding = deployments.filter(({ model }) => model.endsWith(`/${name}`));
    if (new Set(byEnding.map(({ model }) => model)).size === 1) return byEnding;
    const slash = name.indexOf('/');
    const custom = slash > 0 && slash < name.length - 1 ? adHoc(name.slice(0, slash), name.slice(slash + 1)) : [];
    if (custom.length > 0) return custom;
    throw unknownModel(name, deployments);
  };
}

function wrongKind(name: string, deployments: readonly Deployment[], embeddings: boolean): FareboxError {
  const some = [...new Set(deployments.map(({ model }) => model))].slice(0, 3);
  return new FareboxError(
    'unknown_model',
    embeddings
      ? `The model "${name}" makes no embeddings.`
      : `The model "${name}" makes embeddings, and writes nothing.`,
    {
      remedy: `${some.length > 0 ? `Name another one, such as ${some.join(', ')}. ` : ''}If that is wrong, say so in the configuration: \`catalogue\`, capabilities.embeddings.`,
      details: { model: name },
    },
  );
}

function unavailableModel(name: string, missing: Catalogue['unavailable']): FareboxError {
  const ways = missing.map(({ provider, reason }) => `${provider}: ${reason}`);
  return new FareboxError('unknown_model', `No enabled provider serves the model "${name}".`, {
    remedy: `To enable it, ${ways.join('; or ')}.`,
    details: { model: name },
  });
}

function unknownModel(name: string, deployments: readonly Deployment[]): FareboxError {
  const shown = name.length > 100 ? `${name.slice(0, 97)}…` : name;
  const near = nearest(name, new Set(deployments.flatMap((d) => [d.model, d.id, d.upstreamModel])));
  return new FareboxError('unknown_model', `There is no model "${shown}".`, {
    remedy: near
      ? `Did you mean "${near}"? \`farebox models\` lists all.`
      : '`farebox models` lists all; "provider/model" names one at a provider.',
    details: { model: shown, ...(near && { nearest: near }) },
  });
}
