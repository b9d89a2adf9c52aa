import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const watchdog = new URL('../src/watchdog.ts', import.meta.url).href;

/** Runs a program that has a watchdog, with a period of 50 ms and at least 300 ms of patience. */
async function run(program: string): Promise<{
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly stdout: string;
}> {
  const source = `
    import { startWatchdog } from ${JSON.stringify(watchdog)};
    const watchdog = startWatchdog({ periodMs: 50, leastMs: 300 });
    const beating = setInterval(() => watchdog.beat(), 50);
    ${program}
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source]);
  let stderr = '';
  let stdout = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, stderr, stdout };
}

describe('the watchdog', () => {
  it('ends a process whose loop is blocked for ever', async () => {
    const { signal, stderr } = await run(`setTimeout(() => { for (;;); }, 500);`);
    expect(signal).toBe('SIGKILL');
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      level: 60,
      allowedMs: 300,
      msg: 'control loop hung, process ended; stations fall to their failsafe limits by themselves',
    });
  }, 20_000);

  it('ends a process whose loop goes on without its ticks', async () => {
    const { signal } = await run(`setInterval(() => {}, 10); setTimeout(() => clearInterval(beating), 500);`);
    expect(signal).toBe('SIGKILL');
  }, 20_000);

  it('leaves one alone that ticks, and does not keep it from ending', async () => {
    const ending = `setTimeout(() => { clearInterval(beating); console.log('done'); }, 1_500);`;
    expect(await run(ending)).toMatchObject({ code: 0, signal: null, stdout: 'done\n' });
  }, 20_000);

  it('is silent once it is stopped, and may be stopped twice', async () => {
    const stopping = `
      clearInterval(beating); watchdog.stop(); watchdog.stop();
      setTimeout(() => console.log('alive'), 1_000);
    `;
    expect(await run(stopping)).toMatchObject({ code: 0, stdout: 'alive\n' });
  }, 20_000);
});
