import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import type { ProviderCall } from '../../src/providers/provider.ts';

/** An attempt with sensible defaults: one user message, to a model of the provider `openrouter`. */
export function providerCall(
  request: Partial<CompletionRequest> = {},
  deployment: Partial<Deployment> = {},
): ProviderCall {
  const provider = deployment.provider ?? 'openrouter';
  const model = deployment.model ?? 'deepseek/deepseek-chat';
  return {
    maxOutputTokens: 400,
    request: {
      messages: [{ role: 'user', content: 'Say hello.' }],
      cache: 'off',
      delivery: 'stream',
      constraints: { sensitivity: 'normal' },
      attribution: { surface: 'cli' },
      ...request,
    },
    deployment: {
      id: toDeploymentId(provider, model),
      provider,
      model,
      upstreamModel: model,
      price: null,
      capabilities: {
        toolCalling: true,
        jsonMode: true,
        streaming: true,
        multimodal: false,
        contextWindow: 128_000,
        maxOutputTokens: null,
      },
      quality: null,
      specialization: [],
      rateLimits: null,
      local: false,
      regions: [],
      simulated: false,
      ...deployment,
    },
  };
}
