/** What a Gemini model can do beside answering, as far as its name tells. */
export interface ModelTraits {
  /** How its thinking is steered: in tokens (2.5), in levels (3 and later), or not at all. */
  readonly thinking: 'budget' | 'level' | 'none';
  readonly size: 'pro' | 'flash' | 'flash-lite';
  /** Knows the level `medium`. */
  readonly mediumLevel: boolean;
  /** Thinks unless it is told not to. */
  readonly thinksByDefault: boolean;
  /** Refuses a function call that comes back without the proof of the thinking before it. */
  readonly demandsSignatures: boolean;
  /** Takes a demanded JSON format together with tools; the older ones refuse the two together. */
  readonly formatWithTools: boolean;
}

/** The newest family, for names such as `gemini-flash-latest`. */
const LATEST = 3.1;

/** `model` as requests name it, e.g. `gemini-2.5-flash`. */
export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase();
  const version = versionOf(name);
  const size = name.includes('flash-lite') ? 'flash-lite' : name.includes('pro') ? 'pro' : 'flash';
  const talksOnly = !/image|tts|audio|live|embedding/.test(name);
  const thinking = !talksOnly || version < 2.5 ? 'none' : version < 3 ? 'budget' : 'level';
  return {
    thinking,
    size,
    mediumLevel: size !== 'pro' || version > 3,
    thinksByDefault: thinking === 'level' || (thinking === 'budget' && size !== 'flash-lite'),
    demandsSignatures: version >= 3,
    formatWithTools: version >= 3,
  };
}

/** 0 for what is no Gemini model, such as Gemma. */
function versionOf(name: string): number {
  const version = /gemini-(\d+(?:\.\d+)?)/.exec(name)?.[1];
  if (version !== undefined) return Number(version);
  return /gemini-.*latest/.test(name) ? LATEST : 0;
}
