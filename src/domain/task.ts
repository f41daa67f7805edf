/** The kinds of work that profiles route by (19 that the premium profile maps, `testing`, `structured`). */
export const TASK_TYPES = [
  'coding',
  'code_generation',
  'code_review',
  'refactoring',
  'debugging',
  'repository_analysis',
  'function_calling',
  'tool_use',
  'general',
  'reasoning',
  'analysis',
  'research',
  'question_answering',
  'structured_output',
  'json_generation',
  'data_extraction',
  'api_integration',
  'simple',
  'fallback',
  'testing',
  'structured',
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

export const COMPLEXITIES = ['simple', 'medium', 'complex', 'expert'] as const;
export type Complexity = (typeof COMPLEXITIES)[number];

export const QUALITY_LEVELS = ['critical', 'high', 'medium', 'low'] as const;
export type QualityLevel = (typeof QUALITY_LEVELS)[number];

/** Flags of `routing.specializedRouting`. */
export const SPECIAL_FLAGS = [
  'europeanDataSovereignty',
  'highAccuracyRequired',
  'structuredOutputRequired',
  'codingHeavy',
] as const;
export type SpecialFlag = (typeof SPECIAL_FLAGS)[number];

/** What a request needs of a model, apart from being good at it. */
export interface Needs {
  readonly tools: boolean;
  readonly json: boolean;
  readonly vision: boolean;
  /** Estimated input tokens (an estimate, for choosing; see `TokenBounds` for what is safe for money). */
  readonly inputTokens: number;
}

/** What a request is, as the classifier sees it. Pure function of the request. */
export interface TaskProfile {
  readonly task: TaskType;
  readonly complexity: Complexity;
  /** 0 (trivial) to 1 (expert). */
  readonly complexityScore: number;
  /** The same on the scale 1 to 10 of the role documents. */
  readonly complexityLevel: number;
  /** Whether task and complexity were given by the caller or inferred. */
  readonly source: { readonly task: 'given' | 'inferred'; readonly complexity: 'given' | 'inferred' };
  readonly needs: Needs;
  /** Why, in short phrases: `"code block in the last turn"`. */
  readonly reasons: readonly string[];
}
