import type { Fault, FaultWords } from '../domain/fault.ts';
import type { StationId } from '../domain/ids.ts';
import type { StationReport } from '../domain/stationReport.ts';
import type { Logger } from '../log.ts';

export interface FaultBookPorts {
  readonly log: Logger;
  readonly newId: () => string;
  /** It began, changed or ended. */
  onFault(fault: Fault): void;
}

/** Faults of one station that last: one more ends the oldest, which nobody cleared. */
const openFaultsMax = 100;
/** A station that tells more news about faults within `burstMs` than this is not believed to have that many. */
const burstMax = 60;
const burstMs = 60_000;
const textLengthMax = 500;

interface StationFaults {
  /** What lasts, by its key. */
  readonly open: Map<string, Fault>;
  burst: { readonly beganAtMs: number; readonly count: number };
}

/** What is wrong at stations now. What was is in the store. */
export class FaultBook {
  readonly #ports: FaultBookPorts;
  readonly #stations: ReadonlyMap<StationId, StationFaults>;

  /** `before`: what lasted when an earlier process ended. */
  constructor(stations: readonly StationId[], before: readonly Fault[], ports: FaultBookPorts) {
    this.#ports = ports;
    this.#stations = new Map(
      stations.map((id) => [id, { open: new Map(), burst: { beganAtMs: 0, count: 0 } }]),
    );
    for (const fault of before) this.#stations.get(fault.stationId)?.open.set(fault.key, fault);
  }

  /** The oldest first; none of a station that is not in the config. */
  open(stationId: StationId): readonly Fault[] {
    return [...(this.#stations.get(stationId)?.open.values() ?? [])];
  }

  take(report: Extract<StationReport, { kind: 'condition' | 'security event' }>): void {
    const faults = this.#stations.get(report.stationId);
    if (faults === undefined) return;
    if (report.kind === 'condition') this.#takeCondition(faults, report);
    else if (this.#isBelieved(faults, report)) {
      const { fault, happenedAtMs } = report;
      const words = { ...bounded(fault), beganAtMs: happenedAtMs, endedAtMs: happenedAtMs };
      const source = { source: 'security event', evseNumber: 0, key: fault.code } as const;
      this.#note({ id: this.#ports.newId(), stationId: report.stationId, ...source, ...words });
    }
  }

  #takeCondition(faults: StationFaults, report: Extract<StationReport, { kind: 'condition' }>): void {
    const { stationId, key, source, evseNumber, sinceMs } = report;
    const words = report.fault && bounded(report.fault);
    const before = faults.open.get(key);
    if (before !== undefined && words !== undefined && isSame(before, words)) return;
    if (before !== undefined) {
      faults.open.delete(key);
      // A clock that was set back must not end it before it began.
      this.#note({ ...before, endedAtMs: Math.max(sinceMs, before.beganAtMs) });
    }
    if (words === undefined || !this.#isBelieved(faults, report)) return;
    const [oldest] = faults.open.values();
    if (oldest !== undefined && faults.open.size >= openFaultsMax) {
      faults.open.delete(oldest.key);
      this.#note({ ...oldest, endedAtMs: Math.max(sinceMs, oldest.beganAtMs) });
    }
    const fault = {
      id: this.#ports.newId(),
      stationId,
      evseNumber,
      source,
      key,
      ...words,
      beganAtMs: sinceMs,
    };
    const begun: Fault = { ...fault, endedAtMs: undefined };
    faults.open.set(key, begun);
    this.#note(begun);
  }

  #isBelieved(faults: StationFaults, { stationId, atMs }: StationReport): boolean {
    const isNew = atMs - faults.burst.beganAtMs >= burstMs || atMs < faults.burst.beganAtMs;
    faults.burst = isNew ? { beganAtMs: atMs, count: 1 } : { ...faults.burst, count: faults.burst.count + 1 };
    if (faults.burst.count === burstMax + 1) {
      this.#ports.log.warn(
        { stationId, burstMax, burstMs },
        'station tells too many faults, more are left out',
      );
    }
    return faults.burst.count <= burstMax;
  }

  #note(fault: Fault): void {
    const { stationId, evseNumber, source, code, vendorCode, severity, endedAtMs } = fault;
    const fields = { stationId, evseNumber, source, code, vendorCode, severity };
    if (endedAtMs === undefined || source === 'security event') {
      this.#ports.log[severity === 'notice' ? 'info' : 'warn'](fields, 'station told a fault');
    } else this.#ports.log.info(fields, 'fault of a station ended');
    this.#ports.onFault(fault);
  }
}

const isSame = (fault: Fault, { code, vendorCode, severity }: FaultWords): boolean =>
  fault.code === code && fault.vendorCode === vendorCode && fault.severity === severity;

const bounded = ({ code, vendorCode, detail, severity }: FaultWords): FaultWords => ({
  code: code.slice(0, textLengthMax),
  vendorCode: vendorCode?.slice(0, textLengthMax),
  detail: detail?.slice(0, textLengthMax),
  severity,
});
