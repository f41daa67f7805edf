import { describe, expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import type { AttemptClosing, CallClosing, CallOpening, Ledger } from '../../src/spend/ledger.ts';
import { createPatientLedger } from '../../src/spend/patient-ledger.ts';
import { silentLog } from '../../src/telemetry/log.ts';

/** A ledger that writes into a list, while its store answers. */
function createListLedger() {
  const state = { written: [] as string[], fault: null as Error | null };
  const write = (entry: string) => {
    if (state.fault) throw state.fault;
    state.written.push(entry);
  };
  const ledger = {
    reserve: () => {
      write('reserve');
      return null;
    },
    settle: ({ id }: AttemptClosing) => {
      write(`settle ${id}`);
      return [];
    },
    finish: (_call: CallOpening, { id }: CallClosing) => write(`finish ${id}`),
  } as unknown as Ledger;
  return { state, patient: createPatientLedger(ledger, silentLog) };
}

const locked = new FareboxError('storage_unavailable', 'the database is locked');
const attempt = (id: string) => ({ id }) as AttemptClosing;
const finish = (patient: Ledger, id: string) => patient.finish({} as CallOpening, { id } as CallClosing);

describe('a ledger whose store does not answer', () => {
  it('keeps the ends of attempts and calls, and writes them in their order once it answers again (CST-03)', () => {
    const { state, patient } = createListLedger();
    state.fault = locked;
    patient.settle(attempt('a1'));
    finish(patient, 'c1');
    patient.settle(attempt('a2'));
    expect([state.written, patient.flush()]).toEqual([[], false]);
    state.fault = null;
    finish(patient, 'c2');
    expect(state.written).toEqual(['settle a1', 'finish c1', 'settle a2', 'finish c2']);
    expect(patient.flush()).toBe(true);
  });

  it('begins nothing that it cannot write', () => {
    const { state, patient } = createListLedger();
    state.fault = locked;
    expect(() => patient.reserve({} as never, {} as never, {} as never)).toThrow('the database is locked');
    state.fault = null;
    patient.reserve({} as never, {} as never, {} as never);
    expect(state.written).toEqual(['reserve']);
  });

  it('writes what waits when the next call is reserved', () => {
    const { state, patient } = createListLedger();
    state.fault = locked;
    patient.settle(attempt('a1'));
    state.fault = null;
    patient.reserve({} as never, {} as never, {} as never);
    expect(state.written).toEqual(['reserve', 'settle a1']);
  });

  it('hides no other fault', () => {
    const { state, patient } = createListLedger();
    state.fault = new FareboxError('internal', 'the attempt was never opened');
    expect(() => patient.settle(attempt('a1'))).toThrow('never opened');
    expect(patient.flush()).toBe(true);
  });
});
