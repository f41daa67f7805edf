import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import { describeOffered, foldKeys } from '../../src/pipeline/fold-keys.ts';
import { makeDeployment } from '../support/routing-world.ts';

const withKey = (key: string) => makeDeployment('groq', 'm', { id: toDeploymentId('groq', 'm', key), key });
const out = { state: 'unhealthy', until: 1, reason: 'refused' } as const;

describe('a list of models', () => {
  it('has one entry for a model at a provider, however many keys there are', () => {
    const other = makeDeployment('openai', 'm');
    const offered = foldKeys([withKey('1'), withKey('2'), other], new Map([[toDeploymentId('groq', 'm', '1'), out]]));
    expect(offered.map(describeOffered)).toMatchObject([
      {
        id: 'groq/m',
        health: 'healthy',
        unhealthy_because: null,
        keys: [
          { key: '1', id: 'groq#1/m', health: 'unhealthy', unhealthy_because: 'refused' },
          { key: '2', id: 'groq#2/m', health: 'healthy', unhealthy_because: null },
        ],
      },
      { id: 'openai/m', health: 'healthy', keys: null },
    ]);
    expect(offered[0]?.deployment).not.toHaveProperty('key');
  });

  it('calls a model out only where it is out with every key', () => {
    const ids = ['1', '2'].map((key) => toDeploymentId('groq', 'm', key));
    const [offered] = foldKeys([withKey('1'), withKey('2')], new Map(ids.map((id) => [id, out])));
    expect(offered?.health).toEqual(out);
  });
});
