/** What Anthropic's models differ in, as far as a request must heed it. */
export interface ModelTraits {
  /**
   * How thinking is asked for. `budget`: with a number of tokens. `adaptive`: with an effort, the model decides the rest;
   * a budget is refused. `none`: not at all.
   */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** How thinking is forgone: it is off unless asked for, it is switched off in one of two words, or it cannot be. */
  readonly withoutThinking: 'unasked' | 'disabled' | 'between_tools' | 'impossible';
  /** Takes `temperature`, `top_p` and `top_k`. */
  readonly sampling: boolean;
  /** Takes a last message of the assistant as the beginning of its answer. */
  readonly prefill: boolean;
  /** Takes `output_config.format` and `strict` tools. */
  readonly schemas: boolean;
  /** Takes a `tool_choice` that forces a call. */
  readonly forcedTools: boolean;
}

/**
 * The traits of a model by its name, as Anthropic documents them: adaptive thinking and the end of prefilled answers with
 * 4.6, the end of thinking budgets and sampling parameters with 4.7, thinking by default with 5, forced tools refused from
 * Opus 5.5, Sonnet 5.5 and Fable 5.1 on. Models of others that speak this dialect are taken for the common core of it.
 */
export function traitsOf(model: string): ModelTraits {
  const known = readName(model);
  if (!known) return { ...BUDGETED, prefill: true, schemas: false };
  const { family, version } = known;
  if (version < 307) return { ...BUDGETED, thinking: 'none', schemas: false };
  if (version < 406) return { ...BUDGETED, schemas: version >= 405 };
  if (version < 500) return { ...ADAPTIVE, sampling: version < 407, withoutThinking: 'unasked' };
  switch (family) {
    case 'fable':
    case 'mythos':
      return { ...ADAPTIVE, withoutThinking: 'impossible', forcedTools: version < 501 };
    case 'opus':
      return { ...ADAPTIVE, ...(version < 505 ? {} : { withoutThinking: 'impossible', forcedTools: false }) };
    case 'sonnet':
      return { ...ADAPTIVE, ...(version < 505 ? {} : { withoutThinking: 'between_tools', forcedTools: false }) };
    default:
      return ADAPTIVE;
  }
}

const BUDGETED: ModelTraits = {
  thinking: 'budget',
  withoutThinking: 'unasked',
  sampling: true,
  prefill: true,
  schemas: true,
  forcedTools: true,
};

const ADAPTIVE: ModelTraits = {
  thinking: 'adaptive',
  withoutThinking: 'disabled',
  sampling: false,
  prefill: false,
  schemas: true,
  forcedTools: true,
};

/** `claude-opus-4-5-20251101`, `claude-sonnet-5`, `claude-3-7-sonnet-latest`; 4.5 as 405. */
function readName(model: string): { readonly family: string; readonly version: number } | null {
  const newer = /claude-([a-z]+)-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/.exec(model);
  const older = newer ? null : /claude-(\d)(?:[-.](\d))?(?:-([a-z]+))?/.exec(model);
  const [major, minor, family] = newer ? [newer[2], newer[3], newer[1]] : [older?.[1], older?.[2], older?.[3]];
  if (major === undefined) return null;
  return { family: family ?? '', version: Number(major) * 100 + Number(minor ?? 0) };
}
