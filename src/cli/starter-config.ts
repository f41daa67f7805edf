/** A configuration to start from: everything in it is a default or commented out, so that writing it changes nothing. */
export const STARTER_CONFIG = {
  fileName: 'config.json',
  text: `{
  // Configuration of farebox. Comments are allowed; an unknown key is an error. Check it with: farebox doctor
  // A shipped profile (budget, balanced, premium, hybrid) or a file of your own.
  "extends": "balanced",

  // Providers need only a key: from the environment, or from here.
  "providers": {
    // "openrouter": { "apiKey": "\${OPENROUTER_API_KEY}" },
    // "groq": { "apiKey": "\${GROQ_API_KEY}" },
    // "gpu": { "kind": "openai-compatible", "baseUrl": "http://127.0.0.1:8000/v1", "local": true }
  },

  // Limits beside the monthly budget of the profile. Calls that would pass one are refused.
  "budgets": [
    // { "scope": "all", "window": "day", "limitUsd": 5 }
  ],

  // Other names for models: your name → model, provider/model, profile or auto.
  "aliases": {}
}
`,
} as const;
