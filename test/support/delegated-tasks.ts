import { join } from 'node:path';
import type { Check } from '../../src/domain/check.ts';
import type { TaskType } from '../../src/domain/task.ts';
import { projectRoot } from './source-tree.ts';

/** A piece of work as coding agents hand it out, with an answer that is right and one that looks right. */
export interface DelegatedTask {
  readonly id: string;
  readonly task: TaskType;
  readonly prompt: string;
  readonly right: string;
  readonly wrong: string;
  readonly verify: readonly Check[];
  /** The named check that `verify` refers to. */
  readonly command?: readonly string[];
}

const folder = join(projectRoot, 'test', 'fixtures', 'delegation');
const node = (script: string, ...args: readonly string[]) => [process.execPath, join(folder, script), ...args];

/** 66 of them, of five kinds. */
export function delegatedTasks(): readonly DelegatedTask[] {
  return [...sqlTasks(), ...extractionTasks(), ...configurationTasks(), ...transformTasks(), ...codeTasks()];
}

/** SQL that is run on a small shop. */
function sqlTasks(): readonly DelegatedTask[] {
  const questions: readonly (readonly [string, string, string, unknown])[] = [
    ['the number of customers', 'SELECT count(*) FROM customers', 'SELECT count(*) FROM orders', [[5]]],
    [
      'names of customers without an order',
      'SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)',
      'SELECT name FROM customers c JOIN orders o ON o.customer_id = c.id',
      [['Dorothea']],
    ],
    [
      'revenue by country, largest first',
      'SELECT country, sum(total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY country ORDER BY 2 DESC, 1',
      'SELECT country, sum(total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY country ORDER BY 2',
      [
        ['DE', 650],
        ['FR', 200],
        ['GB', 200],
      ],
    ],
    [
      'the largest order',
      'SELECT id, total FROM orders ORDER BY total DESC LIMIT 1',
      'SELECT id, total FROM orders ORDER BY total LIMIT 1',
      [[7, 500]],
    ],
    [
      'average order of each customer id with more than one',
      'SELECT customer_id, avg(total) FROM orders GROUP BY customer_id HAVING count(*) > 1',
      'SELECT customer_id, avg(total) FROM orders GROUP BY customer_id WHERE count(*) > 1',
      [
        [1, 100],
        [3, 50],
      ],
    ],
    [
      'revenue of March 2025',
      "SELECT sum(total) FROM orders WHERE day LIKE '2025-03-%'",
      "SELECT sum(total) FROM orders WHERE day LIKE '2025-02-%'",
      [[120]],
    ],
    [
      'names of German customers, alphabetically',
      "SELECT name FROM customers WHERE country = 'DE' ORDER BY name",
      "SELECT name FROM customers WHERE country = 'Germany' ORDER BY name",
      [['Carl'], ['Dorothea'], ['Emmy']],
    ],
    [
      'number of orders by month',
      'SELECT substr(day, 6, 2), count(*) FROM orders GROUP BY 1 ORDER BY 1',
      'SELECT month(day), count(*) FROM orders GROUP BY 1 ORDER BY 1',
      [
        ['01', 1],
        ['02', 2],
        ['03', 2],
        ['04', 2],
      ],
    ],
    [
      'first day of an order of each customer name',
      'SELECT name, min(day) FROM customers c JOIN orders o ON c.id = o.customer_id GROUP BY name ORDER BY name',
      'SELECT name, max(day) FROM customers c JOIN orders o ON c.id = o.customer_id GROUP BY name ORDER BY name',
      [
        ['Ada', '2025-01-03'],
        ['Blaise', '2025-02-12'],
        ['Carl', '2025-03-01'],
        ['Emmy', '2025-04-21'],
      ],
    ],
    [
      'share of revenue of customer 5 in per cent, whole',
      'SELECT CAST(100.0 * sum(CASE WHEN customer_id = 5 THEN total END) / sum(total) AS INTEGER) FROM orders',
      'SELECT sum(CASE WHEN customer_id = 5 THEN total END) / sum(total) FROM orders',
      [[47]],
    ],
    [
      'running total of orders 1 to 3',
      'SELECT id, sum(total) OVER (ORDER BY id) FROM orders WHERE id <= 3',
      'SELECT id, total FROM orders WHERE id <= 3',
      [
        [1, 120],
        [2, 200],
        [3, 400],
      ],
    ],
    [
      'countries with one customer',
      'SELECT country FROM customers GROUP BY country HAVING count(*) = 1 ORDER BY country',
      'SELECT country FROM customers WHERE count(*) = 1',
      [['FR'], ['GB']],
    ],
  ];
  return questions.map(([what, right, wrong, rows], index) => ({
    id: `sql-${index}`,
    task: 'code_generation',
    prompt: `SQL for SQLite, tables customers(id, name, country) and orders(id, customer_id, total, day): ${what}. Task sql-${index}.`,
    right,
    wrong,
    verify: [
      { type: 'parses', language: 'sql' },
      { type: 'named', name: `sql-${index}` },
    ],
    command: node('check-sql.mjs', JSON.stringify(rows)),
  }));
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** What letters say, copied out. */
function extractionTasks(): readonly DelegatedTask[] {
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['sender', 'invoice', 'total', 'due'],
    properties: {
      sender: { type: 'string' },
      invoice: { type: 'string', pattern: '^[A-Z]{2}-\\d{4}$' },
      total: { type: 'number' },
      due: { type: 'string' },
    },
  };
  const senders = ['Brandt & Söhne', 'Oakridge Ltd', 'Café Zoë', "O'Neill Supplies", 'Nord-Ost GmbH', 'Takahashi K.K.'];
  return Array.from({ length: 14 }, (_, index) => {
    const sender = senders[index % senders.length] ?? '';
    const invoice = `${'ABCDEFG'[index % 7]}X-${1000 + 37 * index}`;
    const total = 1_100.5 + 217.25 * index;
    const due = `${3 + index} ${MONTHS[index % 12]} 2025`;
    const letter = `From: ${sender}\nInvoice ${invoice}\nGoods ${(total - 100).toLocaleString('en-US', { minimumFractionDigits: 2 })} EUR, freight 100.00 EUR\nTotal ${total.toLocaleString('en-US', { minimumFractionDigits: 2 })} EUR, payable by ${due}.`;
    const right = { sender, invoice, total, due };
    const wrongs = [
      { ...right, total: total + 1 },
      { ...right, due: '2025-03-04' },
      { ...right, sender: `${sender} Inc.` },
      { ...right, invoice: 'ZZ-9999' },
    ];
    return {
      id: `extract-${index}`,
      task: 'data_extraction',
      prompt: `Copy sender, invoice, total and due as JSON. Task extract-${index}.\n\n${letter}`,
      right: index % 2 ? JSON.stringify(right) : `\`\`\`json\n${JSON.stringify(right, null, 2)}\n\`\`\``,
      wrong: JSON.stringify(wrongs[index % wrongs.length]),
      verify: [
        { type: 'json_schema', schema },
        { type: 'grounded', source: letter },
      ],
    };
  });
}

/** Configuration that its program would take. */
function configurationTasks(): readonly DelegatedTask[] {
  const service = {
    type: 'object',
    additionalProperties: false,
    required: ['image', 'port', 'replicas'],
    properties: {
      image: { type: 'string', pattern: '^[a-z0-9./-]+:[\\w.-]+$' },
      port: { type: 'integer', minimum: 1, maximum: 65_535 },
      replicas: { type: 'integer', minimum: 1 },
      env: { type: 'object', additionalProperties: { type: 'string' } },
      restart: { enum: ['always', 'on-failure', 'never'] },
    },
  };
  const json = Array.from({ length: 8 }, (_, index): DelegatedTask => {
    const right = {
      image: `registry/app-${index}:1.${index}`,
      port: 8000 + index,
      replicas: 1 + index,
      env: { LEVEL: String(index) },
      restart: 'always',
    };
    const wrongs = [
      { ...right, port: String(right.port) },
      { ...right, restart: 'sometimes' },
      { ...right, env: { LEVEL: index } },
      { ...right, volumes: [] },
    ];
    return {
      id: `config-${index}`,
      task: 'json_generation',
      prompt: `A service with image registry/app-${index}:1.${index} on port ${8000 + index}, ${1 + index} replicas. Task config-${index}.`,
      right: JSON.stringify(right),
      wrong: JSON.stringify(wrongs[index % wrongs.length]),
      verify: [{ type: 'json_schema', schema: service }],
    };
  });
  const yaml = Array.from(
    { length: 4 },
    (_, index): DelegatedTask => ({
      id: `yaml-${index}`,
      task: 'json_generation',
      prompt: `A workflow in YAML that runs job-${index} on push. Task yaml-${index}.`,
      right: `on: push\njobs:\n  job-${index}:\n    steps:\n      - run: "npm test"\n`,
      wrong: index % 2 ? `on: push\njobs:\n\tjob-${index}: x\n` : `on: push: branches\njobs:\n  job-${index}: {}\n`,
      verify: [
        { type: 'parses', language: 'yaml' },
        { type: 'contains', text: `job-${index}:` },
      ],
    }),
  );
  return [...json, ...yaml];
}

/** One text made another by a rule. */
function transformTasks(): readonly DelegatedTask[] {
  const dates = Array.from({ length: 8 }, (_, index): DelegatedTask => {
    const [day, month] = [3 + index, 1 + index];
    const right = `2025-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
    return {
      id: `iso-${index}`,
      task: 'structured_output',
      prompt: `Write the ${day} ${MONTHS[month - 1]} 2025 as an ISO date and nothing else. Task iso-${index}.`,
      right,
      wrong: index % 2 ? `The date is ${right}.` : `${day}/${month}/2025`,
      verify: [{ type: 'regex', pattern: `^${right}$` }],
    };
  });
  const tables = Array.from(
    { length: 6 },
    (_, index): DelegatedTask => ({
      id: `table-${index}`,
      task: 'structured_output',
      prompt: `A Markdown table of item ${index} and its price. Task table-${index}.`,
      right: `| item | price |\n| --- | ---: |\n| ${index} | ${index}.50 |`,
      wrong: index % 2 ? `| item | price |\n| --- |\n| ${index} | ${index}.50 |` : `item ${index}: ${index}.50`,
      verify: [
        { type: 'parses', language: 'markdown-table' },
        { type: 'contains', text: `${index}.50` },
      ],
    }),
  );
  return [...dates, ...tables];
}

/** Functions with their unit tests. */
function codeTasks(): readonly DelegatedTask[] {
  const functions: readonly (readonly [string, string, string, unknown])[] = [
    [
      'fibonacci',
      '(n) => { let [a, b] = [0, 1]; while (n-- > 0) [a, b] = [b, a + b]; return a; }',
      '(n) => (n < 2 ? 1 : fibonacci(n - 1) + fibonacci(n - 2))',
      [
        [[0], 0],
        [[1], 1],
        [[10], 55],
      ],
    ],
    [
      'gcd',
      '(a, b) => (b === 0 ? a : gcd(b, a % b))',
      '(a, b) => Math.min(a, b)',
      [
        [[12, 18], 6],
        [[7, 3], 1],
      ],
    ],
    [
      'isPalindrome',
      "(s) => s === [...s].reverse().join('')",
      '(s) => s[0] === s.at(-1)',
      [
        [['abba'], true],
        [['abca'], false],
      ],
    ],
    [
      'chunk',
      '(a, n) => Array.from({ length: Math.ceil(a.length / n) }, (_, i) => a.slice(i * n, i * n + n))',
      '(a, n) => [a.slice(0, n), a.slice(n)]',
      [
        [
          [[1, 2, 3, 4, 5], 2],
          [[1, 2], [3, 4], [5]],
        ],
      ],
    ],
    [
      'median',
      '(a) => { const s = [...a].sort((x, y) => x - y); const m = s.length >> 1; return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2; }',
      '(a) => [...a].sort()[a.length >> 1]',
      [
        [[[10, 9, 2]], 9],
        [[[1, 2, 3, 4]], 2.5],
      ],
    ],
    [
      'titleCase',
      '(s) => s.replace(/\\b\\w/g, (c) => c.toUpperCase())',
      '(s) => s.toUpperCase()',
      [[['two words'], 'Two Words']],
    ],
    ['unique', '(a) => [...new Set(a)]', '(a) => a.filter((x, i) => a[i - 1] !== x)', [[[[1, 2, 1]], [1, 2]]]],
    [
      'sumDigits',
      '(n) => [...String(n)].reduce((s, d) => s + Number(d), 0)',
      "(n) => [...String(n)].reduce((s, d) => s + d, '')",
      [[[123], 6]],
    ],
    [
      'isPrime',
      '(n) => { if (n < 2) return false; for (let d = 2; d * d <= n; d++) if (n % d === 0) return false; return true; }',
      '(n) => n % 2 === 1',
      [
        [[2], true],
        [[9], false],
        [[97], true],
      ],
    ],
    [
      'countWords',
      '(s) => s.trim().split(/\\s+/).filter(Boolean).length',
      "(s) => s.split(' ').length",
      [
        [['  a  b '], 2],
        [[''], 0],
      ],
    ],
    ['flatten', '(a) => a.flat(Infinity)', '(a) => a.flat()', [[[[1, [2, [3]]]], [1, 2, 3]]]],
    [
      'roman',
      "(n) => [[1000,'M'],[900,'CM'],[500,'D'],[400,'CD'],[100,'C'],[90,'XC'],[50,'L'],[40,'XL'],[10,'X'],[9,'IX'],[5,'V'],[4,'IV'],[1,'I']].reduce((s, [v, r]) => { while (n >= v) { s += r; n -= v; } return s; }, '')",
      "(n) => 'I'.repeat(n)",
      [
        [[1994], 'MCMXCIV'],
        [[4], 'IV'],
      ],
    ],
    [
      'clamp',
      '(x, low, high) => Math.min(high, Math.max(low, x))',
      '(x, low, high) => Math.min(low, Math.max(high, x))',
      [
        [[5, 0, 3], 3],
        [[-1, 0, 3], 0],
        [[2, 0, 3], 2],
      ],
    ],
    [
      'zip',
      '(a, b) => a.map((x, i) => [x, b[i]])',
      '(a, b) => [...a, ...b]',
      [
        [
          [
            [1, 2],
            ['a', 'b'],
          ],
          [
            [1, 'a'],
            [2, 'b'],
          ],
        ],
      ],
    ],
  ];
  return functions.map(([name, right, wrong, cases], index) => ({
    id: `code-${index}`,
    task: 'coding',
    prompt: `JavaScript: export a function ${name}. Task code-${index}.`,
    right: `Here it is:\n\n\`\`\`js\nexport const ${name} = ${right};\n\`\`\``,
    wrong: `\`\`\`js\nexport const ${name} = ${wrong};\n\`\`\``,
    verify: [
      { type: 'parses', language: 'javascript' },
      { type: 'named', name: `code-${index}` },
    ],
    command: node('check-code.mjs', name, JSON.stringify(cases)),
  }));
}
