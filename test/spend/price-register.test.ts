import { beforeEach, describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import type { Price } from '../../src/domain/price.ts';
import { priceContent, priceHash } from '../../src/spend/price-book.ts';
import { createPriceRegister, type PriceRegister } from '../../src/spend/price-register.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { fakeDeployment } from '../support/fake-engine.ts';
import { CHEAP, DEAR, NOON } from '../support/ledger-facts.ts';
import { openTestDatabase } from '../support/open-test-database.ts';

const DAY = 86_400_000;
let clock: FakeClock;
let register: PriceRegister;

beforeEach(async () => {
  clock = createFakeClock(NOON);
  register = createPriceRegister(await openTestDatabase({ clock }), clock);
});

const offered = (price: Price | null) => [
  { ...fakeDeployment, id: toDeploymentId('acme', 'small-1'), provider: 'acme', model: 'small-1', price },
];
const days = () =>
  register
    .periods()
    .map(({ since, seenAt, price }) => [(since - NOON) / DAY, (seenAt - NOON) / DAY, price.rates.input]);

describe('the prices that a model has had (CST-17)', () => {
  it('are told with the time in which they held, source and hash', () => {
    register.see(offered(CHEAP));
    clock.advance(3 * DAY);
    register.see(offered(DEAR));
    clock.advance(2 * DAY);
    register.see(offered(DEAR));
    expect(days()).toEqual([
      [0, 0, CHEAP.rates.input],
      [3, 5, DEAR.rates.input],
    ]);
    expect(register.periods('acme/small-1')[1]).toEqual({
      provider: 'acme',
      model: 'small-1',
      simulated: false,
      since: NOON + 3 * DAY,
      seenAt: NOON + 5 * DAY,
      price: DEAR,
      hash: priceHash(priceContent(DEAR)),
    });
    expect(register.periods('small-1')).toHaveLength(2);
    expect(register.periods('other')).toEqual([]);
  });

  it('are not multiplied by two configurations that use one ledger in turn', () => {
    for (let i = 0; i < 20; i++) {
      register.see(offered(i % 2 === 0 ? CHEAP : DEAR));
      clock.advance(DAY / 12);
    }
    expect(register.periods()).toHaveLength(2);
  });

  it('begin anew where an old price comes back after a while', () => {
    register.see(offered(CHEAP));
    clock.advance(5 * DAY);
    register.see(offered(DEAR));
    clock.advance(5 * DAY);
    register.see(offered(CHEAP));
    expect(days()).toEqual([
      [0, 0, CHEAP.rates.input],
      [5, 5, DEAR.rates.input],
      [10, 10, CHEAP.rates.input],
    ]);
  });

  it('say nothing of a model without a price, and one key speaks for all', () => {
    register.see(offered(null));
    expect(register.periods()).toEqual([]);
    const [one] = offered(CHEAP);
    if (one) register.see(['1', '2'].map((key) => ({ ...one, id: toDeploymentId('acme', 'small-1', key), key })));
    expect(register.periods()).toHaveLength(1);
  });

  it('are written once where several processes see them at the same moment', async () => {
    const path = `${(await openTestDatabase({ clock })).path}`;
    const [a, b] = [await openTestDatabase({ clock, path }), await openTestDatabase({ clock, path })];
    createPriceRegister(a, clock).see(offered(CHEAP));
    createPriceRegister(b, clock).see(offered(CHEAP));
    expect(createPriceRegister(a, clock).periods()).toHaveLength(1);
  });
});
