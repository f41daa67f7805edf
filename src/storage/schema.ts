/** Tables as the query builder sees them: columns that anybody queries with it. SQL of the migrations is the truth. */
export interface Schema {
  readonly calls: CallsTable;
  readonly attempts: AttemptsTable;
}

/** Nano-dollars, epoch ms and counts are whole numbers; flags are 0 or 1. */
export interface CallsTable {
  readonly id: string;
  readonly started_at: number;
  readonly simulated: number;
  readonly status: string;
  readonly client: string | null;
  readonly project: string | null;
  readonly role: string | null;
  readonly run_id: string | null;
  readonly task: string;
  readonly baseline_model: string;
  readonly cost: number | null;
  readonly baseline_cost: number | null;
  readonly saved: number | null;
}

export interface AttemptsTable {
  readonly id: string;
  readonly call_id: string;
  readonly number: number;
  readonly provider: string;
  readonly model: string;
  readonly started_at: number;
  readonly result: string;
  readonly cost: number | null;
  readonly cost_source: string;
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly output_tokens: number | null;
}
