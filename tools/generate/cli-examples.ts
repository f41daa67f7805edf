/**
 * Examples of each command for `docs/cli.md`. They are run, in this order, by `test/docs/commands.test.ts`, in a folder that
 * has a `build.log` and an `invoice.txt`.
 */
export const CLI_EXAMPLES: Readonly<Record<string, string>> = {
  ask: `
farebox ask "what does SIGPIPE mean?"
farebox ask "explain this error" < build.log
farebox ask --task code_review --complexity expert --profile premium "review: x = x or []"
farebox ask --max-cost 0.01 --max-tokens 400 --json "name three uses of a trie"

echo '{"type":"object","properties":{"total":{"type":"number"}},"required":["total"]}' > total.json
farebox ask --schema total.json "the total of this invoice" < invoice.txt

# A cheap model first, a stronger one where the answer does not pass.
farebox ask --verify 'not-contains:as an AI' --verify 'regex:\\w' "one line about otters"

# A cap that no model fits: refused, and nothing is sent.
farebox ask --max-cost 0.000001 --model anthropic/claude-sonnet-5 "hello"   # exit 3`,
  route: `
farebox route "refactor the parser into three files"
farebox route --complexity expert --json "prove that the scheduler is fair"
farebox route --private "summarize this contract"`,
  report: `
farebox report
farebox report --by task --period 7d
farebox report --since 2026-01-01 --by day --csv
farebox report --by optimisation
farebox report --baseline gpt-5 --json
farebox report --period all --html report.html`,
  budget: `
farebox budget`,
  alerts: `
farebox alerts
farebox alerts --past --json
farebox alerts --test`,
  calc: `
farebox calc
farebox calc medium_50M_10M
farebox calc --requests-per-day 1500 --input 2000 --output 300 --offer "copilot=flat:20"
farebox calc small_10M_2M --mix "deepseek-chat=0.6,llama-3.3-70b-instruct=0.4" --json
farebox calc --claims`,
  roi: `
farebox roi --investment 7000 --monthly-savings 289.08
farebox roi --investment 20 --before 450 --after 84 --json`,
  'migrate analyse': `
echo "start_time,end_time,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens" > usage.csv
echo "1761523200,1762128000,1200,gpt-4o,24000000,3000000,6000000" >> usage.csv
farebox migrate analyse usage.csv
farebox migrate analyse usage.csv --to premium --json`,
  'migrate start': `
farebox migrate start --to budget --share 10`,
  'migrate status': `
farebox migrate status`,
  'migrate step': `
farebox migrate step`,
  'migrate stop': `
farebox migrate stop`,
  models: `
farebox models
farebox models --all --json
farebox models --by-value
farebox models --adequacy`,
  'prices list': `
farebox prices
farebox prices list --json`,
  'prices compare': `
farebox prices compare --json`,
  'prices history': `
farebox prices history
farebox prices history deepseek/deepseek-chat --json`,
  'prices reprice': `
farebox prices reprice --period 30d
farebox prices reprice --with list --json`,
  'memory store': `
farebox memory store "The parser is generated: edit grammar.peg, never parser.ts." --kind decision --tags parser
farebox memory store "Deploys happen on Tuesdays." --key deploy-day --namespace my-project
echo "Staging is reset every night." | farebox memory store - --ttl 90`,
  'memory search': `
farebox memory search parser grammar
farebox memory search --namespace my-project --limit 3
farebox memory search deploy --as-of 2026-01-01 --json`,
  'memory forget': `
farebox memory forget --key deploy-day --namespace my-project
farebox memory forget --namespace my-project --hard`,
  'memory threads': `
farebox ask --thread parser "we call the new parser wren"
farebox ask --thread parser "what do we call it?"
farebox memory threads
farebox memory threads --json
farebox memory forget --thread parser`,
  'memory export': `
farebox memory export > memories.jsonl`,
  'memory import': `
farebox memory import memories.jsonl`,
  'ledger verify': `
farebox ledger verify`,
  'ledger export': `
farebox ledger export > ledger.jsonl`,
  'ledger import': `
farebox ledger import ledger.jsonl`,
  'ledger prune': `
farebox ledger prune --compact`,
  mcp: `
farebox mcp`,
  serve: `
farebox serve
farebox serve --port 4150 --profile premium`,
  sandbox: `
farebox sandbox --speed 10
curl -s http://127.0.0.1:4142/v1/models`,
  init: `
farebox init
farebox init --client codex --env OPENROUTER_API_KEY
farebox init --http
farebox init --write`,
  doctor: `
farebox doctor
farebox doctor --verbose
farebox doctor --online --json`,
  completion: `
farebox completion bash
farebox completion zsh > _farebox`,
};
