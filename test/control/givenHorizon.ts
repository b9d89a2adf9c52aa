import { createAllocator } from '../../solver/allocate.ts';
import type { PlanThread, PlanThreadOptions } from '../../solver/plan.ts';
import type { Planner } from '../../solver/planner.ts';
import { HorizonLoop, type HorizonOptions } from '../../src/control/horizonLoop.ts';
import { type HorizonMemory, horizonMemory } from '../../src/control/horizonMemory.ts';
import type { PriceBook } from '../../src/control/priceBook.ts';
import { priceBook } from '../../src/control/priceBook.ts';
import { evseId } from '../../src/domain/ids.ts';
import type { ProfileType } from '../../src/domain/roaming/token.ts';
import type { Site } from '../../src/domain/site.ts';
import { createLogger } from '../../src/log.ts';
import { givenSite } from './givenSite.ts';
import { World, type WorldInput } from './world.ts';

/** The real planner on this thread, so that time stays virtual: it answers within the call. */
export function onThisThread(planner: Planner): (options: PlanThreadOptions) => PlanThread {
  return ({ onAnswer }) => {
    const counts = { requested: 0, planned: 0, failed: 0, superseded: 0 };
    return {
      request: (problem) => {
        counts.requested += 1;
        const answer = planner.plan(problem, 10_000);
        counts[answer.status] += 1;
        onAnswer(answer, problem);
      },
      counts: () => counts,
      coldReason: () => planner.coldReason,
      stop: async () => {},
    };
  };
}

interface Wish {
  readonly kwh?: number;
  readonly withinHours?: number;
  readonly profile?: ProfileType;
}

export interface PlannedWorld {
  readonly world: World;
  readonly prices: PriceBook;
  readonly memory: HorizonMemory;
  /** The driver tells what it needs, and by when: hours from now. */
  wish(id: string, wish: Wish): void;
  /** kWh that the car at an EVSE has taken. */
  takenKwh(id: string): number;
}

/** A world with a plan every minute. Its step is two seconds: stories take hours. */
export function plannedWorld(
  startThread: (options: PlanThreadOptions) => PlanThread,
  site: Partial<Site> = {},
  change: Partial<WorldInput> & { readonly plan?: Partial<HorizonOptions> } = {},
): PlannedWorld {
  const { plan, ...worldChange } = change;
  const sites = worldChange.sites ?? [givenSite(site)];
  const prices = priceBook(sites, new Map());
  const memory = horizonMemory(sites, new Map(), { keep: () => {} });
  const world = new World({
    sites,
    stepMs: 2_000,
    meterMs: 4_000,
    horizon: ({ state, clock, topologies }) =>
      new HorizonLoop(
        topologies,
        {
          clock,
          log: createLogger('silent'),
          state,
          prices,
          memory,
          allocate: createAllocator(),
          startThread,
        },
        { planEveryMs: 60_000, deadlineMs: 30_000, settleMs: 1_000, ...plan },
      ),
    ...worldChange,
  });
  return {
    world,
    prices,
    memory,
    wish: (id, { kwh, withinHours, profile }) => {
      const { session } = world.state.evse(evseId(id));
      if (session === undefined) throw new Error(`no session at ${id}`);
      world.state.changeSession(session.id, {
        ...(kwh !== undefined && { wantedEnergyWh: 1000 * kwh }),
        ...(withinHours !== undefined && { departureAtMs: world.clock.nowMs() + withinHours * 3_600_000 }),
        ...(profile !== undefined && { profile }),
      });
    },
    takenKwh: (id) => world.real(id).energyWh / 1000,
  };
}
