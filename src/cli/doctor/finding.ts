/** One result of a check. What is not ok says how to mend it. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'error';
  readonly area: 'system' | 'configuration' | 'providers' | 'database' | 'models' | 'budgets' | 'alerts';
  readonly message: string;
  readonly remedy: string | null;
}

type Area = Finding['area'];

export function ok(area: Area, message: string): Finding {
  return { level: 'ok', area, message, remedy: null };
}

export function warn(area: Area, message: string, remedy: string): Finding {
  return { level: 'warn', area, message, remedy };
}

export function failed(area: Area, message: string, remedy: string): Finding {
  return { level: 'error', area, message, remedy };
}
