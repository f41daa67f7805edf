import { formatInWords } from '../../format-in-words.ts';
import type { ProviderCall } from '../../provider.ts';
import { toClosedSchema } from './closed-schema.ts';
import type { ModelTraits } from './model-traits.ts';
import type { WireOutputConfig } from './wire.ts';

/** How a demanded format is put: as a parameter, in words, or in words with the answer begun for the model. */
export interface FormatParams {
  readonly format?: NonNullable<WireOutputConfig['format']>;
  /** Stands behind the system messages. */
  readonly demand?: string;
  /** The answer goes on from this, so it is the beginning of what the reader gets. */
  readonly prefill?: string;
}

export function toFormat({ request, deployment }: ProviderCall, traits: ModelTraits): FormatParams {
  const { responseFormat, reasoning, tools, messages } = request;
  if (!responseFormat) return {};
  if (responseFormat.type === 'json_schema' && traits.schemas) {
    const schema = toClosedSchema(responseFormat.schema);
    if (schema) return { format: { type: 'json_schema', schema } };
  }
  const demand = formatInWords(responseFormat);
  const mayPrefill =
    traits.prefill &&
    deployment.capabilities.assistantPrefix === true &&
    !reasoning &&
    !tools?.length &&
    messages.at(-1)?.role !== 'assistant' &&
    isObject(responseFormat);
  return mayPrefill ? { demand, prefill: '{' } : { demand };
}

function isObject(format: NonNullable<ProviderCall['request']['responseFormat']>): boolean {
  return format.type === 'json_object' || format.schema['type'] === 'object';
}
