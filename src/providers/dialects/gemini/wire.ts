/** What this dialect writes of Gemini's `generateContent`. */
export interface GeminiBody {
  readonly systemInstruction?: { readonly parts: readonly GeminiPart[] };
  readonly contents: readonly GeminiContent[];
  readonly tools?: readonly [{ readonly functionDeclarations: readonly FunctionDeclaration[] }];
  readonly toolConfig?: { readonly functionCallingConfig: FunctionCallingConfig };
  readonly generationConfig: GenerationConfig;
}

export interface GeminiContent {
  readonly role: 'user' | 'model';
  readonly parts: readonly GeminiPart[];
}

export type GeminiPart = (
  | { readonly text: string }
  | { readonly inlineData: { readonly mimeType: string; readonly data: string } }
  | { readonly fileData: { readonly fileUri: string; readonly mimeType?: string } }
  | { readonly functionCall: FunctionCall }
  | { readonly functionResponse: FunctionResponse }
) & { readonly thoughtSignature?: string };

export interface FunctionCall {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface FunctionResponse {
  readonly id: string;
  readonly name: string;
  readonly response: { readonly output: string } | { readonly error: string };
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema; a tool without parameters has none. */
  readonly parametersJsonSchema?: Readonly<Record<string, unknown>>;
}

export interface FunctionCallingConfig {
  readonly mode: 'AUTO' | 'ANY' | 'NONE';
  readonly allowedFunctionNames?: readonly string[];
}

export interface ThinkingConfig {
  readonly includeThoughts?: true;
  readonly thinkingBudget?: number;
  readonly thinkingLevel?: 'minimal' | 'low' | 'medium' | 'high';
}

export interface GenerationConfig {
  readonly maxOutputTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly stopSequences?: readonly string[];
  readonly responseMimeType?: 'application/json';
  readonly responseJsonSchema?: Readonly<Record<string, unknown>>;
  readonly responseLogprobs?: true;
  readonly logprobs?: number;
  readonly thinkingConfig?: ThinkingConfig;
}
