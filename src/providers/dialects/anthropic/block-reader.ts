import { isRecord } from '../../../lib/json-value.ts';
import type { ProviderEvent } from '../../provider.ts';
import { textAt } from '../../read-json.ts';
import type { ToolNames } from '../../tool-names.ts';

/** One block of an answer, from its start to its stop. */
export interface BlockReader {
  delta(delta: Record<string, unknown>): readonly ProviderEvent[];
  stop(): readonly ProviderEvent[];
}

export interface BlockStart {
  readonly events: readonly ProviderEvent[];
  readonly reader: BlockReader;
}

const NOTHING: readonly ProviderEvent[] = [];

/** `pass` is what may be shown of a text; empty where nothing may yet. */
export function startText(block: Record<string, unknown>, pass: (text: string) => string): BlockStart {
  const show = (text: string): readonly ProviderEvent[] => {
    const visible = pass(text);
    return visible === '' ? NOTHING : [{ type: 'text', text: visible }];
  };
  return {
    events: show(textAt(block, 'text') ?? ''),
    // Citations come as deltas of their own; the text that they belong to is whole without them.
    reader: { delta: (delta) => show(textAt(delta, 'text') ?? ''), stop: () => NOTHING },
  };
}

/** The signature comes last, and must be given back with the thinking, unchanged. */
export function startThinking(block: Record<string, unknown>): BlockStart {
  let signature = textAt(block, 'signature') ?? '';
  const show = (text: string): readonly ProviderEvent[] => (text === '' ? NOTHING : [{ type: 'reasoning', text }]);
  return {
    events: show(textAt(block, 'thinking') ?? ''),
    reader: {
      delta(delta) {
        signature += textAt(delta, 'signature') ?? '';
        return show(textAt(delta, 'thinking') ?? '');
      },
      stop: () => [{ type: 'reasoning_end', ...(signature === '' ? {} : { signature }) }],
    },
  };
}

/** Thinking that only its maker can read. */
export function startRedacted(block: Record<string, unknown>): BlockStart {
  const redacted = textAt(block, 'data') ?? '';
  return { events: NOTHING, reader: { delta: () => NOTHING, stop: () => [{ type: 'reasoning_end', redacted }] } };
}

/** The input comes as pieces of JSON; some servers give it whole at the start, and a tool without arguments has none. */
export function startToolUse(block: Record<string, unknown>, index: number, names: ToolNames): BlockStart {
  const given = isRecord(block['input']) ? block['input'] : {};
  let hasInput = false;
  return {
    events: [
      {
        type: 'tool_call',
        index,
        id: textAt(block, 'id') ?? `toolu_${index}`,
        name: names.fromWire(textAt(block, 'name') ?? ''),
        arguments: '',
      },
    ],
    reader: {
      delta(delta) {
        const piece = textAt(delta, 'partial_json');
        if (piece === undefined) return NOTHING;
        hasInput = true;
        return [{ type: 'tool_call', index, arguments: piece }];
      },
      stop: () => (hasInput ? NOTHING : [{ type: 'tool_call', index, arguments: JSON.stringify(given) }]),
    },
  };
}

/** A kind of block that nobody asked for: what it says is not ours to pass on. */
export function startUnknown(): BlockStart {
  return { events: NOTHING, reader: { delta: () => NOTHING, stop: () => NOTHING } };
}
