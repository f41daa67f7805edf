import type { ImagePart, Message, TextPart } from '../../../domain/completion-request.ts';
import { argumentsObject } from '../../arguments-object.ts';
import { type CallBook, createCallBook } from '../../call-book.ts';
import type { ProviderCall } from '../../provider.ts';
import { ownSignature } from '../../signature-mark.ts';
import { type NameRule, NO_CHARACTER, type ToolNames } from '../../tool-names.ts';
import { traitsOf } from './model-traits.ts';
import { toGeminiImage } from './to-gemini-image.ts';
import type { FunctionResponse, GeminiContent, GeminiPart } from './wire.ts';

export interface GeminiConversation {
  /** The leading system messages; empty where there are none. */
  readonly system: readonly GeminiPart[];
  readonly contents: readonly GeminiContent[];
}

/** Google documents it for calls that another model made: the check of the signature is left out. */
const NOT_MADE_HERE = 'skip_thought_signature_validator';

/** Ids must only tell calls apart. */
const GEMINI_IDS: NameRule = { forbidden: NO_CHARACTER, maxLength: 256 };

/** Stands where the API wants words of the user and the conversation has none. */
const NOTHING: GeminiPart = { text: '(no message)' };

/** One turn that is being put together: neighbours of the same role become one. */
interface Turn {
  readonly role: 'user' | 'model';
  /** Of a user's turn: results, by the order of their calls, before everything else. */
  readonly responses: (GeminiPart | undefined)[];
  readonly parts: GeminiPart[];
}

/**
 * A conversation in Gemini's order: leading system messages apart, then turns of user and model that alternate and begin
 * with the user; results of functions in one turn, right after their calls and in their order. A later system message
 * stays where it is, as a marked text of the user: at the front it would change the prefix that prompt caches live on.
 * Throws `untranslatable` for a call without result, a result without call, and an image that the API cannot fetch.
 */
export function toGeminiContents(call: ProviderCall, names: ToolNames): GeminiConversation {
  const { messages } = call.request;
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const leading = first < 0 ? messages : messages.slice(0, first);
  const system = leading.flatMap(({ content }) => toParts(content ?? '', call));
  const turns: Turn[] = [];
  const calls = createCallBook(call, GEMINI_IDS);
  /** Of the calls of the latest turn, as the API knows them. */
  let called: readonly string[] = [];
  const turnOf = (role: Turn['role']): Turn => {
    const last = turns.at(-1);
    if (last?.role === role) return last;
    const turn: Turn = { role, responses: [], parts: [] };
    turns.push(turn);
    return turn;
  };

  for (const message of first < 0 ? [] : messages.slice(first)) {
    switch (message.role) {
      case 'system':
      case 'developer':
        turnOf('user').parts.push(...toInstruction(message.content, call));
        break;
      case 'user':
        turnOf('user').parts.push(...orNothing(toParts(message.content, call)));
        break;
      case 'assistant': {
        calls.expectNothing();
        const parts = toModelParts(message, call, names, calls);
        if (parts.length > 0) turnOf('model').parts.push(...parts);
        called = (message.toolCalls ?? []).map(({ name }) => names.toWire(name));
        break;
      }
      case 'tool': {
        const { place, id } = calls.answer(message.toolCallId);
        const turn = turnOf('user');
        turn.responses[place] = { functionResponse: toResponse(message, id, called[place] ?? '') };
        if (typeof message.content !== 'string') turn.parts.push(...imagesOf(message.content, call));
        break;
      }
    }
  }
  calls.expectNothing();
  return { system, contents: finish(turns, system) };
}

function toParts(content: string | readonly (TextPart | ImagePart)[], call: ProviderCall): GeminiPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }];
  return content.flatMap((part): GeminiPart[] => {
    if (part.type === 'image') return [toGeminiImage(part.url, call)];
    return part.text === '' ? [] : [{ text: part.text }];
  });
}

function orNothing(parts: GeminiPart[]): GeminiPart[] {
  return parts.length > 0 ? parts : [NOTHING];
}

function toInstruction(content: string | readonly TextPart[], call: ProviderCall): GeminiPart[] {
  return toParts(content, call).map((part) => ('text' in part ? { text: `<system>\n${part.text}\n</system>` } : part));
}

/**
 * Text, then calls. A signature stands where the model put it: on its call, or on the last text. Thoughts themselves are
 * not given back, since they are summaries that the model does not read.
 */
function toModelParts(
  message: Extract<Message, { role: 'assistant' }>,
  call: ProviderCall,
  names: ToolNames,
  calls: CallBook,
): GeminiPart[] {
  const spoken = message.content === null ? [] : toParts(message.content, call);
  const signatures = (message.reasoning ?? []).map(({ signature }) => ownSignature('gemini', signature));
  const thoughtSignature = signatures.findLast((each) => each !== undefined);
  const toolCalls = message.toolCalls ?? [];
  const onText = thoughtSignature !== undefined && (spoken.length > 0 || toolCalls.length === 0);
  if (onText) spoken.push({ ...(spoken.pop() ?? { text: '' }), thoughtSignature });
  const demandsSignatures = traitsOf(call.deployment.upstreamModel).demandsSignatures;
  const proofOfFirst = onText ? undefined : thoughtSignature;
  return [
    ...spoken,
    ...toolCalls.map((each, index): GeminiPart => {
      const substitute = index === 0 ? (proofOfFirst ?? (demandsSignatures ? NOT_MADE_HERE : undefined)) : undefined;
      const signature = each.signature ?? substitute;
      return {
        functionCall: { id: calls.open(each.id), name: names.toWire(each.name), args: argumentsObject(each.arguments) },
        ...(signature === undefined ? {} : { thoughtSignature: signature }),
      };
    }),
  ];
}

/** `output` and `error` are the keys that the model knows; the text in them is exactly the tool's. */
function toResponse(
  { content, isError }: Extract<Message, { role: 'tool' }>,
  id: string,
  name: string,
): FunctionResponse {
  const text =
    typeof content === 'string'
      ? content
      : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  return { id, name, response: isError ? { error: text } : { output: text } };
}

/** Images of a result stand behind all results, as pictures of the user. */
function imagesOf(content: readonly (TextPart | ImagePart)[], call: ProviderCall): GeminiPart[] {
  return content.flatMap((part) => (part.type === 'image' ? [toGeminiImage(part.url, call)] : []));
}

/** The user begins; where there are only system messages, the system instruction alone is not enough. */
function finish(turns: readonly Turn[], system: readonly GeminiPart[]): readonly GeminiContent[] {
  const contents = turns.map(
    ({ role, responses, parts }): GeminiContent => ({
      role,
      parts: [...responses.filter((response) => response !== undefined), ...parts],
    }),
  );
  if (contents[0]?.role === 'user') return contents;
  return [
    { role: 'user', parts: [contents.length === 0 && system.length > 0 ? { text: '(see above)' } : NOTHING] },
    ...contents,
  ];
}
