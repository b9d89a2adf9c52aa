import type { GridLimit } from '../domain/gridLimit.ts';
import type { EvseId } from '../domain/ids.ts';
import type { Site } from '../domain/site.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { ControlLoop, LoopCount } from './controlLoop.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger, LedgerEntry } from './exposure.ts';
import type { GridSnapshot } from './gridBook.ts';
import type { MeterEntry } from './meterBook.ts';
import type { SiteState } from './siteState.ts';
import type { Station } from './stationRecord.ts';
import type { Stillness } from './stillness.ts';

/** The parts of the control code that remember anything. */
export interface Control {
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  readonly loop: ControlLoop;
}

/**
 * Everything the control code remembers at one instant, as plain values: another control of the same sites that is
 * restored from it goes on with exactly the same decisions.
 */
export interface ControlSnapshot {
  readonly startedAtMs: number;
  readonly count: LoopCount;
  readonly ledger: readonly LedgerEntry[];
  readonly meters: readonly MeterEntry[];
  readonly grid: GridSnapshot;
  readonly evses: readonly (Omit<EvseRecord, 'evse' | 'supply'> & { readonly id: EvseId })[];
  readonly stations: readonly Omit<Station, 'evses'>[];
  readonly limits: readonly GridLimit[];
  readonly stops: readonly SiteStop[];
  /** Bundles of earlier versions have none. */
  readonly stillness?: ReturnType<Stillness['snapshot']>;
}

/** Of the moment it is called at: what it holds changes with the control, so it is to be written down at once. */
export function controlSnapshot(sites: readonly Site[], { state, ledger, loop }: Control): ControlSnapshot {
  const evses = sites.flatMap((site) => site.evses);
  return {
    startedAtMs: state.startedAtMs,
    count: loop.count,
    ledger: ledger.snapshot(),
    meters: state.meters.snapshot(),
    grid: state.grid.snapshot(),
    evses: evses.map(({ id }) => {
      const { evse: _, supply: __, ...held } = state.evse(id);
      return { id, ...held };
    }),
    stations: [...new Set(evses.map(({ station }) => station))].flatMap((id) => {
      const station = state.station(id);
      return station === undefined
        ? []
        : {
            isOnline: station.isOnline,
            record: station.record,
            skew: station.skew,
            device: station.device,
            pauses: station.pauses,
          };
    }),
    limits: state.limits(),
    stops: sites.flatMap(({ id }) => state.stopOf(id) ?? []),
    stillness: state.stillness.snapshot(),
  };
}

/** `control` must be new, and have started at the snapshot's `startedAtMs`. */
export function restoreControl({ state, ledger, loop }: Control, snapshot: ControlSnapshot): void {
  loop.countFrom(snapshot.count);
  ledger.restore(snapshot.ledger);
  state.meters.restore(snapshot.meters);
  state.grid.resume(snapshot.grid);
  for (const { id, ...held } of snapshot.evses) Object.assign(state.evse(id), held);
  for (const held of snapshot.stations) Object.assign(state.station(held.record.id) ?? {}, held);
  for (const limit of snapshot.limits) state.setLimit(limit);
  for (const stop of snapshot.stops) state.stopSite(stop);
  if (snapshot.stillness !== undefined) state.stillness.restore(snapshot.stillness);
}
