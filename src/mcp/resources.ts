import type { McpServer } from '@modelcontextprotocol/server';
import { maskSecrets } from '../lib/mask-secrets.ts';
import { describeAlert } from '../pipeline/alerts/alert-message.ts';
import type { Engine } from '../pipeline/engine.ts';
import { describeOffered, foldKeys } from '../pipeline/fold-keys.ts';
import { describeReport } from '../pipeline/views/describe-report.ts';
import { toReportQuery } from '../pipeline/views/report-query.ts';
import { messageOf } from './error-result.ts';
import type { McpServerDeps } from './server-deps.ts';

interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  read(engine: Engine, deps: McpServerDeps): unknown;
}

const RESOURCES: readonly Resource[] = [
  {
    uri: 'models://catalog',
    name: 'Models',
    description: 'Every model that can be called: price, context, capabilities, health; and those that cannot, and why',
    read: catalogue,
  },
  {
    uri: 'ledger://today',
    name: "Today's spending",
    description: 'Cost, savings and budgets of today (UTC), by model',
    read: async (engine, { clock }) =>
      describeReport(await engine.reports.report(toReportQuery({ period: 'today' }, engine, clock.now()))),
  },
  {
    uri: 'config://effective',
    name: 'Effective configuration',
    description: 'Every configured value and where it came from; secrets are masked',
    read: ({ config }) => ({
      file: config.file,
      home: config.home,
      default_profile: config.defaultProfile,
      profiles: [...config.profiles.keys()],
      values: config.provenance,
      not_applied: config.notApplied,
      warnings: config.warnings,
    }),
  },
  {
    uri: 'health://status',
    name: 'Health',
    description: 'Whether farebox works, and which models are left out now',
    read: health,
  },
];

/** Registers what can be read of farebox. Reading builds the engine; listing does not. */
export function registerResources(server: McpServer, deps: McpServerDeps): void {
  for (const { uri, name, description, read } of RESOURCES) {
    const mimeType = 'application/json';
    server.registerResource(name, uri, { title: name, description, mimeType }, async () => {
      const engine = await deps.engine();
      const text = maskSecrets(JSON.stringify(await read(engine, deps), null, 2), engine.config.secrets);
      return { contents: [{ uri, mimeType, text }] };
    });
  }
}

function catalogue({ catalogue: { deployments, unavailable }, health }: Engine): unknown {
  return {
    models: foldKeys(deployments, health()).map(describeOffered),
    unavailable,
  };
}

function health(engine: Engine, deps: McpServerDeps): unknown {
  return {
    status: storeState(engine),
    version: deps.version,
    mode: engine.mode,
    unhealthy: [...engine.health()].flatMap(([deployment, state]) =>
      state.state === 'unhealthy'
        ? [{ deployment, until: new Date(state.until).toISOString(), reason: state.reason }]
        : [],
    ),
    notices: engine.notices,
    alerts: engine.alerts.open().map(describeAlert),
    calls_in_flight: deps.inFlight.size,
    queues: describeQueues(engine),
  };
}

/** What waits, and for how long the next one would. */
function describeQueues(engine: Engine): unknown {
  const { calls, deployments } = engine.queues();
  return {
    calls: calls.filter(({ running, waiting }) => running + waiting > 0),
    rate_limits: deployments.map(({ deployment, waiting, waitMs }) => ({ deployment, waiting, wait_ms: waitMs })),
  };
}

function storeState(engine: Engine): string {
  try {
    engine.ready();
    return 'ready';
  } catch (error) {
    return `not ready: ${messageOf(error)}`;
  }
}
