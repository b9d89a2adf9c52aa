import { createAllocator } from '../../solver/allocate.ts';
import type { ControlLoopPorts } from '../control/controlLoop.ts';
import type { Clock } from '../control/ports.ts';
import type { Control } from '../control/snapshot.ts';
import type { Instant } from '../incidents/bundle.ts';
import { createLogger } from '../log.ts';
import { type ControlInput, joinControl } from './control.ts';

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
