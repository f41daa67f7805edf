/** What a client shows its model about this server. Clients cut at 4,096 characters; the first 200 count most. */
export const INSTRUCTIONS = `farebox sends self-contained work to the cheapest model that is good enough, within a budget, and books what it cost and saved.

Use route_completion to hand off work that needs no further look at this conversation and whose result you can check: drafts, summaries, extraction, classification, transformations, tests, boilerplate, a first review, a second opinion. Put everything the other model must know into prompt: it sees nothing else. Keep work that needs your context or judgement.

- Several independent calls can run in parallel. Check each answer before you rely on it: run the tests, validate the data.
- For data, give json_schema: the answer is then checked JSON.
- Leave task, complexity and model out unless you know better than the router. If an answer is too weak, ask again with a higher complexity or profile "premium" and cache "refresh".
- Confidential text: sensitivity "private" (local models only). To cap spending: max_cost_usd. To see the decision without paying: dry_run.
- An error says what was spent and what to do next; a result marked as an error or INCOMPLETE is not an answer.
- "simulated" in the last line means that no provider is configured and the answer is made up.

memory_search before you ask for facts that an earlier session may have stored; memory_store for decisions and facts worth keeping. cost_report tells what was spent and saved.`;
