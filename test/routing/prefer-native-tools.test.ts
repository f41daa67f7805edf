import { describe, expect, it } from 'vitest';
import { balancedProfile, budgetProfile } from '../support/profiles.ts';
import { makeDeployment, makeSnapshot, planOn, type RequestParts, usdPerMillion } from '../support/routing-world.ts';

const tools = [{ name: 'f', parameters: {} }];
const policy = { unpricedCallCeiling: null, toolEmulation: 'auto' } as const;
const noTools = { capabilities: { toolCalling: false } } as const;
const free = makeDeployment('acme', 'free', { ...noTools, price: usdPerMillion(0, 0), quality: 99 });
const dear = makeDeployment('acme', 'dear', { price: usdPerMillion(9, 9), quality: 80 });
const plan = (profile = balancedProfile, deployments = [free, dear], request: RequestParts = { tools }) =>
  planOn(profile, request, { snapshot: makeSnapshot({ deployments }), policy });
const ids = ({ candidates }: ReturnType<typeof plan>) => candidates.map(({ deployment }) => deployment.id);

describe('models without tools of their own (UPS-05, RTR-06)', () => {
  it('come behind all that have some, however cheap and good they are', () => {
    for (const profile of [
      balancedProfile,
      { ...balancedProfile, routing: { ...balancedProfile.routing, strategy: 'adaptive' } } as const,
    ]) {
      const { candidates, warnings } = plan(profile);
      expect(candidates.map(({ deployment, emulatesTools = false }) => [deployment.id, emulatesTools])).toEqual([
        ['acme/dear', false],
        ['acme/free', true],
      ]);
      expect(warnings.join()).not.toContain('emulated');
    }
    expect(ids(plan(balancedProfile, [free, dear], {}))[0]).toBe('acme/free');
  });

  it('serve where nobody has tools, and the plan says so', () => {
    const { candidates, warnings } = plan(balancedProfile, [free]);
    expect(candidates).toMatchObject([{ emulatesTools: true }]);
    expect(warnings).toContain('acme/free has no tools of its own, so they are emulated in its prompt.');
  });

  it('do not take the lead in a slot that the profile prefers', () => {
    const { primary, secondary } = budgetProfile.models;
    const first = makeDeployment('openrouter', primary?.model ?? '', noTools);
    const second = makeDeployment('openrouter', secondary?.model ?? '');
    const planned = plan(budgetProfile, [first, second]);
    expect(ids(planned)[0]).toBe(second.id);
    const every = [
      ...planned.candidates.map(({ deployment }) => deployment.id),
      ...planned.rejections.map(({ deployment }) => deployment),
    ];
    expect(every).toContain(first.id);
  });

  it('are left out where the policy is off or the model is said not to manage', () => {
    const stubborn = makeDeployment('acme', 'stubborn', { capabilities: { toolCalling: false, toolEmulation: false } });
    expect(plan(balancedProfile, [stubborn]).rejections).toContainEqual(expect.objectContaining({ code: 'no_tools' }));
    const off = planOn(
      balancedProfile,
      { tools },
      { snapshot: makeSnapshot({ deployments: [free] }), policy: { ...policy, toolEmulation: 'off' } },
    );
    expect(off.candidates).toEqual([]);
  });

  it('are no replicas of the same model with tools', () => {
    const price = usdPerMillion(1, 1);
    const native = makeDeployment('one', 'same', { price });
    const emulated = makeDeployment('two', 'same', { ...noTools, price });
    for (let turn = 0; turn < 4; turn++) {
      const balancing = { turn, random: turn / 4, load: new Map() };
      const planned = planOn(
        { ...balancedProfile, loadBalancing: { strategy: 'round-robin', adaptiveWeights: false } },
        { tools },
        { snapshot: makeSnapshot({ deployments: [emulated, native], balancing }), policy },
      );
      expect(planned.candidates[0]?.deployment.id).toBe('one/same');
    }
  });
});
