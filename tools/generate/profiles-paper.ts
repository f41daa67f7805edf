import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { DEFAULTS } from '../../src/config/defaults.ts';
import type { RawConfig } from '../../src/config/schema/config-file.ts';
import { listShippedProfiles } from '../../src/config/shipped-profiles.ts';
import { code, paper, table } from './markdown.ts';

const INTRO = `The profiles that come with farebox, from their files in \`configs/\`. Choose one with \`--profile\`, with
\`DEPLOYMENT_CONFIG\`, or with \`"extends"\` in a file of your own ([configuration.md](configuration.md)); how they route is explained in
[routing.md](routing.md). Prices are US dollars per million tokens and are those that costs are computed from, unless the provider reports its own.`;

const SLOTS = ['primary', 'secondary', 'tertiary', 'fallback'] as const;
const TABLES = ['taskTypeMapping', 'complexityRouting', 'qualityThresholds', 'specializedRouting'] as const;
/** Cheapest first, the local one last. */
const ORDER = ['budget', 'balanced', 'premium', 'hybrid'];

interface Shipped {
  readonly name: string;
  readonly raw: RawConfig;
}

/** `docs/profiles.md`: the shipped profiles side by side. */
export function profilesPaper(configsDir: string): string {
  const profiles = [...listShippedProfiles(configsDir).values()].map(readProfile).sort(byOrder);
  const head = ['', ...profiles.map(({ name }) => name)];
  return paper('Profiles', INTRO, [
    profiles.map(({ name, raw }) => `- **${name}**: ${raw.description ?? ''}`).join('\n'),
    `## In short\n\n${table(
      head,
      FACTS.map(([label, show]) => [label, ...profiles.map(({ raw }) => show(raw))]),
    )}`,
    ...profiles.map(slotSection),
    ...TABLES.map((name) => routingSection(name, profiles, head)),
    `## fallbackRules\n\n${table(head, fallbackRows(profiles))}`,
  ]);
}

function readProfile(file: string): Shipped {
  return { name: basename(file, '.json'), raw: JSON.parse(readFileSync(file, 'utf8')) as RawConfig };
}

function byOrder(a: Shipped, b: Shipped): number {
  const place = ({ name }: Shipped) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return place(a) - place(b) || a.name.localeCompare(b.name);
}

const FACTS: readonly (readonly [string, (raw: RawConfig) => string])[] = [
  ['strategy', ({ routing }) => routing?.strategy ?? ''],
  ['monthly budget', ({ monitoring }) => dollars(monitoring?.costTracking?.monthlyBudget)],
  ['warning at', ({ monitoring }) => percent(monitoring?.costTracking?.alertThresholds?.warning)],
  ['critical at', ({ monitoring }) => percent(monitoring?.costTracking?.alertThresholds?.critical)],
  ['savings against', ({ monitoring }) => monitoring?.qualityAssurance?.baselineModel ?? '(the default)'],
  ['cache', ({ optimization }) => cacheText(optimization?.caching)],
  ['cache apart by', ({ optimization }) => cacheKeys(optimization?.caching)],
  ['calls at once', ({ optimization }) => concurrency(optimization?.parallelExecution)],
];

type Optimization = NonNullable<RawConfig['optimization']>;

function cacheText(caching: Optimization['caching']): string {
  const { enabled, ttl, maxSize } = { ...DEFAULTS.optimization?.caching, ...caching };
  return enabled ? `${maxSize} answers, ${(ttl ?? 0) / 60} min` : 'off';
}

function cacheKeys(caching: Optimization['caching']): string {
  const keys = [caching?.cacheByTaskType && 'task type', caching?.cacheByModel && 'model'].filter(Boolean);
  return keys.join(', ') || '–';
}

function concurrency(parallel: Optimization['parallelExecution']): string {
  return parallel?.enabled === false || parallel?.maxConcurrency === undefined
    ? 'no limit'
    : String(parallel.maxConcurrency);
}

function dollars(amount: number | undefined): string {
  return amount === undefined ? 'none' : `$${amount}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : `${Math.round(share * 100)} %`;
}

function slotSection({ name, raw }: Shipped): string {
  const rows = SLOTS.flatMap((slot) => {
    const model = raw.models?.[slot];
    if (!model) return [];
    const { pricing, capabilities, rateLimits } = model;
    return [
      [
        slot,
        code(`${model.provider}/${model.model}`),
        pricing ? String(pricing.input) : 'price list',
        pricing ? String(pricing.output) : 'price list',
        capabilities?.contextWindow === undefined ? '' : capabilities.contextWindow.toLocaleString('en-US'),
        model.qualityScore === undefined ? '' : String(model.qualityScore),
        rateLimits?.requestsPerMinute === undefined ? '' : String(rateLimits.requestsPerMinute),
      ],
    ];
  });
  const head = ['slot', 'model', '$ in', '$ out', 'context', 'quality', 'requests a minute'];
  return `## Models of ${name}\n\n${table(head, rows)}`;
}

function routingSection(name: (typeof TABLES)[number], profiles: readonly Shipped[], head: readonly string[]): string {
  const of = ({ raw }: Shipped): Readonly<Record<string, string | undefined>> => raw.routing?.[name] ?? {};
  const keys = [...new Set(profiles.flatMap((profile) => Object.keys(of(profile))))];
  const rows = keys.map((key) => [code(key), ...profiles.map((profile) => of(profile)[key] ?? '–')]);
  return `## ${name}\n\n${rows.length > 0 ? table(head, rows) : 'No profile has one.'}`;
}

function fallbackRows(profiles: readonly Shipped[]): readonly (readonly string[])[] {
  const defaults: Readonly<Record<string, unknown>> = DEFAULTS.routing?.fallbackRules ?? {};
  return Object.keys(defaults).map((rule) => [
    code(rule),
    ...profiles.map(({ raw }) => {
      const rules: Readonly<Record<string, unknown>> = raw.routing?.fallbackRules ?? {};
      return String(rules[rule] ?? defaults[rule]);
    }),
  ]);
}
