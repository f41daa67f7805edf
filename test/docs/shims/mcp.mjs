// Runs `farebox mcp` as a client would: shakes hands, lists the tools, hangs up.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const child = spawn(process.execPath, [process.env.DOCS_TEST_PROGRAM, ...process.argv.slice(2)], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const say = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const clientInfo = { name: 'docs-test', version: '1' };
say({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
let listed = false;
for await (const line of createInterface({ input: child.stdout })) {
  const { id, result } = JSON.parse(line);
  if (id === 1) {
    say({ method: 'notifications/initialized' });
    say({ id: 2, method: 'tools/list' });
  }
  if (id === 2) {
    listed = result.tools.length > 0;
    child.stdin.end();
  }
}
process.exit(listed ? 0 : 1);
