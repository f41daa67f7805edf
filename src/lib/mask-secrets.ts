const SHAPES = [
  /\b(sk|pk|rk|gsk|csk|xai|key)[-_][A-Za-z0-9_-]{12,}/g, // OpenAI, OpenRouter, Anthropic, Groq, Cerebras, xAI …
  /\bAIza[0-9A-Za-z_-]{20,}/g, // Google
  /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
];

/**
 * The text with everything that looks like a credential, and every given secret, replaced by `•••`. Applied to what
 * leaves the process from foreign sources: providers' error messages, logs, reports.
 */
export function maskSecrets(text: string, secrets: Iterable<string> = []): string {
  let masked = text;
  for (const secret of secrets) if (secret.length >= 6) masked = masked.replaceAll(secret, '•••');
  for (const shape of SHAPES) masked = masked.replace(shape, '•••');
  return masked;
}
