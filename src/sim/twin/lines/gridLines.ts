import { limitedNode } from '../../../domain/gridLimit.ts';
import { starVolts } from '../../../domain/supply.ts';
import { createRandom, type Random, streamSeed } from '../../random.ts';
import type { LimitTruth } from '../limitTruth.ts';
import type { TwinPlace, TwinService } from '../ports.ts';
import type { TwinClock, TwinProcess } from '../twinClock.ts';
import { GridLine } from './gridLine.ts';

export interface GridLinesInput {
  readonly place: TwinPlace;
  readonly clock: TwinClock;
  readonly seed: number;
  readonly truth: LimitTruth;
  server(): { readonly service: TwinService; readonly process: TwinProcess } | undefined;
  trace(line: string): void;
}

const minuteMs = 60_000;
/** How often each grid operator curtails without being asked to, by how much and for how long. */
const usual = { everyMs: 30 * minuteMs, share: [0.3, 0.9], lastsMs: [3 * minuteMs, 12 * minuteMs] } as const;

/** Every grid operator that the config names, at the far end of its connection. */
export class GridLines {
  readonly all: readonly GridLine[];
  #diedAheadMs = 0;

  constructor(input: GridLinesInput) {
    const { place, seed, ...rest } = input;
    this.all = place.connections.map(
      (connection) => new GridLine({ ...rest, connection, fullWatts: fullWatts(place, connection) }),
    );
    for (const line of this.all)
      live(line, input.clock, createRandom(streamSeed(seed, `line ${line.connection.id}`)));
  }

  /** One that nothing is wrong with. */
  any(random: Random): GridLine | undefined {
    const line = this.all[Math.floor(random() * this.all.length)];
    return line?.isWell === true ? line : undefined;
  }

  look(wallMs: number): void {
    for (const line of this.all) line.look(wallMs);
  }

  /** `wallAheadMs` is how far the service's clock is ahead. */
  serverDied(wallAheadMs: number): void {
    this.#diedAheadMs = wallAheadMs;
    for (const line of this.all) line.serverDied();
  }

  serverStarted(wallAheadMs: number): void {
    for (const line of this.all) line.serverStarted(wallAheadMs !== this.#diedAheadMs);
  }
}

function live(line: GridLine, clock: TwinClock, random: Random): void {
  const between = ([min, max]: readonly [number, number]): number => min + random() * (max - min);
  const next = (): void => {
    clock.after(Math.round(-usual.everyMs * Math.log(1 - random())), () => {
      const { nowMs } = clock;
      const delayMs = random() < 0.5 ? 0 : between([minuteMs, 5 * minuteMs]);
      const fromMs = Math.round(nowMs + delayMs);
      line.want(between(usual.share), fromMs, Math.round(fromMs + between(usual.lastsMs)));
      next();
    });
  };
  next();
}

function fullWatts({ sites, areas }: TwinPlace, { targets }: TwinPlace['connections'][number]): number {
  const node = targets[0] && limitedNode(targets[0].target);
  const area = areas.find(({ id }) => id === node);
  if (area !== undefined) return area.limitWatts;
  for (const { circuits, supply } of sites) {
    const circuit = circuits.find(({ id }) => id === node);
    if (circuit !== undefined) return circuit.breakerAmps * circuit.phases.length * starVolts(supply);
  }
  throw new Error(`the place has no ${node}`);
}
