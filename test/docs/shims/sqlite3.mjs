// What the papers use of the sqlite3 program, so that their queries run where it is not installed.
import { createRequire } from 'node:module';

const [file, sql] = process.argv.slice(2);
const Sqlite = createRequire(process.env.DOCS_TEST_ROOT)('better-sqlite3');
const sqlite = new Sqlite(file, { readonly: true, fileMustExist: true });
const rows = sqlite.prepare(sql).raw().all();
if (rows.length === 0) throw new Error('The query found nothing: the paper promises rows.');
for (const row of rows) process.stdout.write(`${row.join('|')}\n`);
