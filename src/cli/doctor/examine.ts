import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { type CliContext, engineOptions } from '../context.ts';
import { toFareboxError } from '../print-error.ts';
import { checkCommands } from './check-commands.ts';
import { brokenConfiguration, checkConfiguration } from './check-configuration.ts';
import { checkDatabase } from './check-database.ts';
import { checkEngine, checkListPrices } from './check-engine.ts';
import { checkKeys, checkOllama, checkOnline } from './check-providers.ts';
import { checkNode } from './check-system.ts';
import { type Finding, failed } from './finding.ts';
import { inspectDatabase } from './inspect-database.ts';

export interface Examination {
  readonly findings: readonly Finding[];
  /** null where it is invalid. */
  readonly config: Config | null;
}

/**
 * Every check, each going on where another one failed: what is invalid or broken becomes a finding and never an
 * exception. Only `online` lets anything leave this machine.
 */
export async function examine(context: CliContext, online: boolean): Promise<Examination> {
  const { deps } = context;
  const findings: Finding[] = [checkNode(deps.nodeVersion)];
  const config = await readConfiguration(context, findings);
  const path = config?.databasePath ?? join(deps.home, 'farebox.db');
  const inspection = await inspectDatabase(path);
  findings.push(...checkDatabase(path, inspection));
  if (config === null) return { findings, config };

  const engine = await openEngine(context, findings);
  // The engine knows which Ollama it found running.
  const found = engine?.config ?? config;
  try {
    findings.push(...checkKeys(found), ...(await checkCommands(found)));
    findings.push(...(await checkOllama(found, deps.listModels)));
    if (engine) findings.push(...checkEngine(engine), ...(await checkListPrices(engine, deps.clock.now())));
    if (online) findings.push(...(await checkOnline(found, engine?.catalogue.deployments ?? [], deps.listModels)));
  } finally {
    await engine?.close();
  }
  return { findings: withoutRepeats(findings), config };
}

async function readConfiguration(context: CliContext, findings: Finding[]): Promise<Config | null> {
  try {
    const config = await context.deps.loadConfig(engineOptions(context));
    findings.push(...checkConfiguration(config));
    return config;
  } catch (error) {
    findings.push(brokenConfiguration(toFareboxError(error)));
    return null;
  }
}

async function openEngine(context: CliContext, findings: Finding[]): Promise<Engine | null> {
  try {
    return await context.deps.openEngine(engineOptions(context));
  } catch (error) {
    const { code, message, remedy } = toFareboxError(error);
    const area = code.startsWith('storage') ? 'database' : 'system';
    findings.push(failed(area, message, remedy ?? 'Mend what it says and run farebox doctor again.'));
    return null;
  }
}

/** The same trouble may be met on the way in and again by the engine. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    (finding, index) => findings.findIndex(({ message }) => message === finding.message) === index,
  );
}
