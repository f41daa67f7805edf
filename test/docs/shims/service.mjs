// Starts `farebox serve` or `farebox sandbox` and ends as soon as it has said where it listens and answers there. The
// service goes on: its id is added to the file of DOCS_TEST_SERVICES, for the test to stop it.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const child = spawn(process.execPath, [process.env.DOCS_TEST_PROGRAM, ...process.argv.slice(2)], {
  stdio: ['ignore', 'pipe', 'pipe'],
  detached: true,
});
appendFileSync(process.env.DOCS_TEST_SERVICES, `${child.pid}\n`);
let said = '';
const url = await new Promise((resolve, reject) => {
  const hear = (chunk) => {
    said += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (found) resolve(found);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('exit', (code) => reject(Object.assign(new Error(said), { code })));
}).catch((error) => {
  // It did not start: then it is an ordinary command with an exit code.
  process.stderr.write(error.message);
  process.exit(error.code ?? 1);
});
const { status } = await fetch(`${url}/healthz`);
process.exit(status === 200 ? 0 : 1);
