import { checkbox, input, select } from '@inquirer/prompts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LANGUAGES } from '../../src/model/target.js';
import { contractData } from '../../src/project/contract-data.js';
import { HOSTS } from '../../src/project/hosts.js';
import { SAMPLES, type SampleName } from '../../src/scaffold/answers.js';
import type { Missing } from '../../src/scaffold/complete-answers.js';
import { askForAnswers } from '../../src/scaffold/prompts.js';
import { readSample } from '../../src/scaffold/samples.js';

vi.mock('@inquirer/prompts', () => ({ checkbox: vi.fn(), input: vi.fn(), select: vi.fn() }));

const DEFAULTS: Record<string, string> = { cpex: 'hook:tool_pre_invoke', cliproxy: 'request_interceptor' };

const missing = (rest: Partial<Missing>): Missing => ({
  name: false,
  language: false,
  host: false,
  capabilities: false,
  sample: false,
  author: false,
  nameProblem: () => undefined,
  languages: async () => LANGUAGES,
  hosts: async () => HOSTS,
  contract: (answered = 'cpex') => contractData(answered),
  defaultCapability: (answered = 'cpex') => DEFAULTS[answered] ?? '',
  ...rest,
});

/** What a list of choices was asked with. */
const choicesOf = (prompt: unknown) => {
  const [config] = vi.mocked(prompt as typeof checkbox).mock.calls[0] ?? [];
  return config?.choices as unknown as { value: string; name: string; checked?: boolean }[];
};

describe('askForAnswers', () => {
  const { signal } = new AbortController();
  beforeEach(() => vi.clearAllMocks());

  it('asks for the host, then for capabilities with what the contract says about each', async () => {
    vi.mocked(select).mockResolvedValue('cliproxy');
    vi.mocked(checkbox).mockResolvedValue(['executor', 'scheduler']);
    const answers = await askForAnswers(missing({ host: true, capabilities: true }), signal);
    expect(answers).toEqual({ host: 'cliproxy', capabilities: ['executor', 'scheduler'] });
    expect(choicesOf(select).map(({ value }) => value)).toEqual(HOSTS);
    const choices = choicesOf(checkbox);
    const { capabilities } = contractData('cliproxy');
    expect(choices.map(({ value }) => value)).toEqual(Object.keys(capabilities));
    expect(choices.filter(({ checked }) => checked).map(({ value }) => value)).toEqual(['request_interceptor']);
    for (const { value, name } of choices) expect(name).toContain(capabilities[value]?.summary);
    expect(input).not.toHaveBeenCalled();
  });

  it('asks for hooks and the name of a command where a host has them', async () => {
    vi.mocked(checkbox).mockImplementation((async () => ['command', 'hook:elicit']) as never);
    vi.mocked(input).mockResolvedValue('wave');
    const answers = await askForAnswers(missing({ capabilities: true }), signal);
    expect(answers).toEqual({ capabilities: ['hook:elicit', 'command:wave'] });
    const checked = choicesOf(checkbox).filter((choice) => choice.checked);
    expect(checked.map(({ value }) => value)).toEqual(['hook:tool_pre_invoke']);
    expect(select).not.toHaveBeenCalled();
  });

  it('offers runners and the events of builds', async () => {
    vi.mocked(checkbox).mockResolvedValue(['step', 'lifecycle:after_step_end']);
    vi.mocked(input).mockResolvedValue('make');
    const answers = await askForAnswers(missing({ capabilities: true }), signal);
    expect(answers).toEqual({ capabilities: ['lifecycle:after_step_end', 'step:make'] });
    const offered = choicesOf(checkbox).map(({ value }) => value);
    expect(offered.slice(0, 3)).toEqual(['command', 'step', 'hook:tool_pre_invoke']);
    expect(offered.filter((value) => value.startsWith('lifecycle:'))).toHaveLength(14);
  });

  it('offers the seams of Console as they are called', async () => {
    vi.mocked(checkbox).mockResolvedValue(['seam:store', 'seam:llm']);
    const answers = await askForAnswers(
      missing({ capabilities: true, contract: () => contractData('console') }),
      signal,
    );
    expect(answers).toEqual({ capabilities: ['seam:store', 'seam:llm'] });
    expect(choicesOf(checkbox).map(({ name }) => name)).toEqual([
      'the seam store',
      'the seam notifier',
      'the seam status_provider',
      'the seam llm',
    ]);
    expect(input).not.toHaveBeenCalled();
  });

  it('asks for the name of the one service that a plugin of go-plugin begins with', async () => {
    vi.mocked(input).mockResolvedValue('kv.KV');
    const contract = () => contractData('go-plugin');
    expect(await askForAnswers(missing({ capabilities: true, contract }), signal)).toEqual({
      capabilities: ['service:kv.KV'],
    });
    expect(checkbox).not.toHaveBeenCalled();
    const [{ validate, default: usual } = {}] = vi.mocked(input).mock.calls[0] ?? [];
    expect(usual).toBe('greeter.v1.Greeter');
    expect(validate?.('kv.KV')).toBe(true);
    expect(validate?.('kv.kv')).toMatch(/^expected the name of a service such as greeter\.v1\.Greeter/);
  });

  it('offers the samples, and asks no more about what a sample does', async () => {
    vi.mocked(select).mockResolvedValue('policy-gate');
    const answers = await askForAnswers(missing({ sample: true, capabilities: true }), signal);
    expect(answers).toEqual({ sample: 'policy-gate' });
    expect(choicesOf(select).map(({ value }) => value)).toEqual(['', ...SAMPLES]);
    for (const { value, name } of choicesOf(select).slice(1)) {
      expect(name).toContain(readSample(value as SampleName).summary);
    }
    expect(checkbox).not.toHaveBeenCalled();
  });

  it('offers no samples for a host that they are not for', async () => {
    vi.mocked(select).mockResolvedValue('cliproxy');
    vi.mocked(checkbox).mockResolvedValue(['executor']);
    const answers = await askForAnswers(missing({ host: true, sample: true, capabilities: true }), signal);
    expect(answers).toEqual({ host: 'cliproxy', capabilities: ['executor'] });
    expect(select).toHaveBeenCalledTimes(1);
  });

  it('goes on to the capabilities when no sample is wanted', async () => {
    vi.mocked(select).mockResolvedValue('');
    vi.mocked(checkbox).mockResolvedValue(['hook:elicit']);
    const answers = await askForAnswers(missing({ sample: true, capabilities: true }), signal);
    expect(answers).toEqual({ capabilities: ['hook:elicit'] });
  });

  it('calls Ctrl-C an interruption', async () => {
    vi.mocked(select).mockRejectedValue(Object.assign(new Error('left'), { name: 'ExitPromptError' }));
    await expect(askForAnswers(missing({ host: true }), signal)).rejects.toMatchObject({ code: 'CPEX_E_INTERRUPTED' });
    vi.mocked(select).mockRejectedValue(new RangeError('bug'));
    await expect(askForAnswers(missing({ host: true }), signal)).rejects.toThrow(RangeError);
  });
});
