/** How a model behaves, roughly as its providers publish it. */
export interface SandboxModel {
  readonly id: string;
  readonly ownedBy: string;
  readonly tokensPerSecond: number;
  readonly firstTokenMs: number;
  readonly contextWindow: number;
  /** Thinks aloud before it answers. */
  readonly reasons: boolean;
}

function model(
  id: string,
  tokensPerSecond: number,
  firstTokenMs: number,
  contextWindow = 128_000,
  reasons = false,
): SandboxModel {
  return { id, ownedBy: id.split('/')[0] ?? 'sandbox', tokensPerSecond, firstTokenMs, contextWindow, reasons };
}

/** The models that `/v1/models` lists. Others are served too, with the figures of `UNKNOWN_MODEL`. */
export const SANDBOX_MODELS: readonly SandboxModel[] = [
  model('deepseek/deepseek-chat', 100, 400),
  model('deepseek/deepseek-r1', 60, 900, 64_000, true),
  model('meta-llama/llama-3.3-70b-instruct', 120, 350),
  model('qwen/qwen-2.5-coder-32b-instruct', 90, 450),
  model('mistralai/mistral-small-3.1-24b-instruct', 110, 400),
  model('thudm/glm-4-9b:free', 70, 600, 32_000),
  model('google/gemini-2.0-flash-001', 160, 350, 1_000_000),
  model('openai/gpt-4o-mini', 90, 450),
  model('anthropic/claude-3.5-sonnet', 70, 700, 200_000),
  model('llama-3.3-70b-versatile', 249, 250),
  model('qwen-3-235b-a22b-instruct-2507', 1_400, 200),
];

/** A plausible middle. */
export const UNKNOWN_MODEL: SandboxModel = model('unknown', 80, 500);

export function sandboxModel(id: string, models: readonly SandboxModel[]): SandboxModel {
  return models.find((each) => each.id === id) ?? { ...UNKNOWN_MODEL, id };
}
