import { afterEach, describe, expect, it, vi } from 'vitest';
import { runProgram, type ServiceProcess } from './givenService.ts';

let program: ServiceProcess | undefined;
afterEach(async () => {
  program?.child.kill('SIGKILL');
  await program?.exited;
});

interface Line {
  readonly sites: readonly [
    {
      readonly circuits: readonly {
        readonly id: string;
        readonly limitAmps: readonly number[];
        readonly drawAmps: readonly number[];
      }[];
      readonly evses: readonly { readonly state: string }[];
    },
  ];
}

// Real programs on a machine that may be busy: they need seconds, and get a minute.
vi.setConfig({ testTimeout: 60_000 });

describe('the demo', () => {
  it('shows cars charging under the limit, a JSON line a second, and ends by itself', async () => {
    program = runProgram(['demo', '--for', '15s']);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    const lines = program
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    const charging = lines.map(
      ({ sites: [site] }) => site.evses.filter(({ state }) => state === 'charging').length,
    );
    expect(Math.max(...charging)).toBeGreaterThanOrEqual(2);
    // A step of the building may show for as long as it takes to react, so the last line is judged.
    const grid = lines.at(-1)?.sites[0].circuits.find(({ id }) => id === 'grid');
    expect(Math.max(...(grid?.drawAmps ?? [0]))).toBeGreaterThan(10);
    expect(Math.max(...(grid?.drawAmps ?? [99]))).toBeLessThanOrEqual(63 + 3);
  });

  it('stops cleanly on Ctrl-C', async () => {
    program = runProgram(['demo']);
    await new Promise<void>((resolve) => program?.child.stdout?.once('data', () => resolve()));
    program.child.kill('SIGINT');
    expect(await program.exited).toEqual({ code: 0, signal: null });
  });
});

describe('the command line', () => {
  it.each([
    [['fly'], 'there is no command "fly"'],
    [[], 'a command is missing'],
    [['serve'], '--config is needed'],
    [['demo', '--for', 'ever'], '"ever" is no duration: say 90s, 5m or 1h'],
    [['check', '--config', '/nowhere.yaml'], '/nowhere.yaml was refused, 1 fault'],
    [['key', 'create', '--name', 'office'], '--name and --role are needed'],
  ])('ends with code 2 and says what is wrong: %s', async (args, message) => {
    program = runProgram(args);
    expect(await program.exited).toEqual({ code: 2, signal: null });
    expect(program.stderr()).toContain(message);
  });
});
