import { expect, it } from 'vitest';
import { LimitTruth } from '../../src/sim/twin/limitTruth.ts';
import { GridLine } from '../../src/sim/twin/lines/gridLine.ts';
import type { TwinGrid } from '../../src/sim/twin/ports.ts';
import { TwinClock, TwinProcess } from '../../src/sim/twin/twinClock.ts';
import { givenConnection } from '../control/givenConnection.ts';

it('says a refused wish again every ten seconds, once in as many copies as everything has', async () => {
  const clock = new TwinClock(0);
  const process = new TwinProcess(clock, () => 0);
  const saidAtMs: number[] = [];
  const grid: TwinGrid = {
    say: async () => {
      saidAtMs.push(clock.nowMs);
      return 'refused';
    },
    hear: async () => 'refused',
    hearAll: async () => [],
    withdraw: async () => undefined,
    heartbeat: () => {},
    resynchronised: () => {},
    gone: () => {},
    isInTouch: () => true,
  };
  const server = () => ({ service: { grid }, process });
  const connection = givenConnection({ heartbeatTimeoutMs: undefined });
  const input = { connection, fullWatts: 10_000, clock, truth: new LimitTruth(), server, trace: () => {} };
  const line = new GridLine(input);
  line.copies = 3;
  clock.after(0, () => void line.want(0.5, 0, 3_600_000));
  await clock.runUntil(25_000);
  expect(saidAtMs).toEqual([0, 0, 0, 10_000, 10_000, 10_000, 20_000, 20_000, 20_000]);
});
