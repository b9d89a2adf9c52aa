import { createAllocator } from '../../solver/allocate.ts';
import type { ControlLoopPorts, TickResult } from '../control/controlLoop.ts';
import type { Clock } from '../control/ports.ts';
import type { SiteState } from '../control/siteState.ts';
import { type Control, controlSnapshot, restoreControl } from '../control/snapshot.ts';
import type { Instant } from '../incidents/bundle.ts';
import { createLogger } from '../log.ts';
import type { Running } from './app.ts';
import { type ControlInput, joinControl } from './control.ts';
import { loopOptions } from './options.ts';

type RehearsalInput = Pick<ControlInput, 'sites' | 'areas' | 'connections' | 'options' | 'epoch'>;

/** Control code of its own over the same sites: it decides as the service would, and nobody is told. */
export function rehearsal(
  { sites, areas, connections, options, epoch }: RehearsalInput,
  clock: Clock,
  horizon: ControlLoopPorts['horizon'],
): Control {
  return joinControl({
    sites,
    areas,
    connections,
    options,
    epoch,
    // What was known then is in the snapshot.
    remembered: [],
    ports: {
      clock,
      log: createLogger('silent'),
      link: { send: () => {} },
      allocate: createAllocator(),
      horizon,
      onSession: () => {},
      onStation: () => {},
      onInterrupted: () => {},
      onStanding: () => {},
      onTick: () => {},
      onBroken: () => {},
    },
  });
}

export type Rehearsed = Pick<Running, 'loaded' | 'ports' | 'state' | 'ledger' | 'loop' | 'horizon'>;

/**
 * Ticks over copies of all that a service knows now, each after another change to it. Nothing of the service changes, and
 * no station is told.
 */
export function rehearsedTicks(running: Rehearsed): (change: (state: SiteState) => void) => TickResult {
  const { loaded, ports } = running;
  const { sites, areas, connections, config } = loaded;
  const at = { wallMs: ports.clock.nowMs(), monotonicMs: ports.clock.monotonicMs() };
  // The books live on while a copy is used: it must share nothing with them.
  const snapshot = structuredClone(controlSnapshot(sites, running));
  return (change) => {
    const clock = new StillClock({ ...at, monotonicMs: snapshot.startedAtMs });
    const input = { sites, areas, connections, options: loopOptions(config), epoch: 0 };
    const copy = rehearsal(input, clock, (evseId) => running.horizon.targetOf(evseId));
    restoreControl(copy, structuredClone(snapshot));
    clock.set(at);
    change(copy.state);
    return copy.loop.step('drop');
  };
}

/** Stands at one instant until it is set to another. Its timers never ring: whoever holds it keeps the pace. */
export class StillClock implements Clock {
  #at: Instant;

  constructor(at: Instant) {
    this.#at = at;
  }

  set(at: Instant): void {
    this.#at = at;
  }

  nowMs(): number {
    return this.#at.wallMs;
  }

  monotonicMs(): number {
    return this.#at.monotonicMs;
  }

  after(): () => void {
    return () => {};
  }
}
