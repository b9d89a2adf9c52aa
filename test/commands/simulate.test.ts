import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runSimulate } from '../../src/commands/simulate.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = resolve(import.meta.dirname, '../../src/main.ts');

const simulate = (...args: readonly string[]): Promise<Ended> =>
  new Promise((end) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', main, 'simulate', ...args],
      (_error, stdout, stderr) => end({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

describe('lastvakt simulate', () => {
  it('prints a table, and writes the figures under their agreed names', async () => {
    const json = join(mkdtempSync(join(tmpdir(), 'lastvakt-simulate-')), 'figures.json');
    const ended = await simulate('--site', 'one', '--seeds', '1..2', '--hours', '0.2', '--json', json);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('same seed, same trace: yes');
    const figures: unknown = JSON.parse(readFileSync(json, 'utf8'));
    expect(figures).toMatchObject({
      seeds: 2,
      hours: 0.4,
      p1Violations: 0,
      secondsOverLimit: expect.any(Number),
      worstExcessAmps: expect.any(Number),
      longestExcessS: expect.any(Number),
      longestByCause: { 'disobedient station': expect.any(Number) },
      energyOfOracle: expect.any(Number),
      recoveryS: expect.any(Number),
      traceHash: expect.any(String),
    });
  }, 120_000);

  it.each([
    ['an unknown fault', ['--faults', 'meter-eaten'], 'there is no fault "meter-eaten"'],
    ['an unknown site', ['--site', 'nowhere'], '"nowhere" is neither a file nor a shape'],
    ['seeds that run backwards', ['--seeds', '9..1'], '"9..1" is no range of seeds: say 1..200'],
    ['no time at all', ['--hours', '0'], '--hours is "0": give a number above 0'],
  ])('refuses %s', async (_what, args, why) => {
    await expect(runSimulate(args)).rejects.toThrow(why);
  });
});
