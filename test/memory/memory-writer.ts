import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createSqliteMemory } from '../../src/memory/sqlite-memory.ts';
import { openDatabase } from '../../src/storage/database.ts';

/** A process of its own: stores `count` versions of one key and as many memories of its own, and prints the versions. */
const [path = '', name = '', count = '0'] = process.argv.slice(2);
openDatabase({ path, clock: systemClock, fareboxVersion: '0.0.0' }).then((database) => {
  const memory = createSqliteMemory({ database, clock: systemClock, random: systemRandom });
  const base = { namespace: 'team', kind: 'note', tags: [name], source: name } as const;
  const versions: number[] = [];
  for (let i = 0; i < Number(count); i++) {
    versions.push(memory.store({ ...base, key: 'shared', content: `shared value ${i} of ${name}` }).version);
    memory.store({ ...base, content: `private memory ${i} of ${name}` });
  }
  database.close();
  process.stdout.write(JSON.stringify(versions));
});
