import type { Step } from '../script.ts';
import type { Scenario } from './scenario.ts';

function scenario(name: string, title: string, steps: readonly Step[]): Scenario {
  return { name, title, expect: 'answer', script: { name, description: title, steps } };
}

/** What goes wrong on ordinary days, for all models alike unless said otherwise. */
export const EVERYDAY_SCENARIOS: readonly Scenario[] = [
  scenario('slow', 'every answer begins after 3 s and comes at ten tokens a second', [
    { do: { firstTokenMs: 3_000, tokenMs: 100 } },
  ]),
  scenario('flaky', 'one request in five fails: 500, 429, reset, cut or garbage', [
    { match: { share: 0.04 }, do: { status: 500 } },
    { match: { share: 0.042 }, do: { status: 429, headers: { 'retry-after': '1' } } },
    { match: { share: 0.043 }, do: { reset: true } },
    { match: { share: 0.045 }, do: { cutAfterTokens: 5 } },
    { match: { share: 0.047 }, do: { malformedAfterTokens: 5 } },
  ]),
  scenario('rate-limited', 'every second request is limited, with Retry-After 1', [
    { match: { share: 0.5 }, do: { status: 429, headers: { 'retry-after': '1' } } },
  ]),
  scenario('no-usage', 'answers come without token counts', [{ do: { usage: 'none' } }]),
  scenario('error-inside', 'the primary breaks off with an error inside an answer of status 200', [
    { match: { primary: true }, do: { errorAfterTokens: 5 } },
  ]),
  scenario('garbage', 'the primary answers with a page of markup', [
    { match: { primary: true }, do: { status: 200, body: '<html><body>Bad gateway</body></html>' } },
  ]),
  scenario('empty', 'the primary answers with nothing', [
    { match: { primary: true }, do: { text: '', finishReason: 'stop' } },
  ]),
  scenario('wrong-key', 'the key is refused for the primary', [
    { match: { primary: true }, do: { status: 401, body: { error: { message: 'Incorrect API key provided' } } } },
  ]),
  scenario('no-credit', 'the account of the primary is empty', [
    { match: { primary: true }, do: { status: 402, body: { error: { message: 'Insufficient credits' } } } },
  ]),
  scenario('length', 'every answer hits its length limit after ten tokens', [
    { do: { tokens: 10, finishReason: 'length' } },
  ]),
];
