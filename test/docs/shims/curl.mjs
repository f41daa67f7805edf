// What the papers use of curl: -s, -X METHOD, -d @file, URL. Fails as `curl --fail` does.
import { readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const optionValue = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
const data = optionValue('-d');
const url = args.find((argument) => argument.startsWith('http'));
const response = await fetch(url, {
  method: optionValue('-X') ?? (data ? 'POST' : 'GET'),
  ...(data && { body: data.startsWith('@') ? readFileSync(data.slice(1)) : data }),
});
process.stdout.write(await response.text());
if (!response.ok) process.exitCode = 22;
