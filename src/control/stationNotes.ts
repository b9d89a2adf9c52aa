import type { StationId } from '../domain/ids.ts';
import type { ReportSubject, StationReport, Work } from '../domain/stationReport.ts';

/** The newest value of a component of a station. */
export interface StationReading {
  readonly evseNumber: number;
  readonly name: string;
  readonly value: string;
  /** On the station's clock. */
  readonly takenAtMs: number;
}

/** How far something is that a station works on. */
export interface WorkState {
  readonly of: Work;
  readonly requestId: number | undefined;
  readonly status: string;
  readonly detail: string | undefined;
  readonly atMs: number;
}

/** What a station told in parts. */
export interface PartedReport {
  readonly of: ReportSubject;
  readonly requestId: number;
  /** The station said that nothing follows, and nothing is missing. */
  readonly isComplete: boolean;
  /** More came than is kept. */
  readonly isCut: boolean;
  readonly items: readonly unknown[];
  readonly atMs: number;
}

/** Of one station; one more takes the place of the oldest. */
const readingsMax = 200;
const reportsMax = 8;
/** Of one report. */
const itemsMax = 5_000;
const valueLengthMax = 500;

interface Notes {
  readonly readings: Map<string, StationReading>;
  readonly work: Map<Work, WorkState>;
  readonly reports: Map<string, PartedReport & { readonly parts: number }>;
}

/** What stations of the config told last about themselves. It is told again after a restart, so it is kept in memory. */
export class StationNotes {
  readonly #stations: ReadonlyMap<StationId, Notes>;

  constructor(stations: readonly StationId[]) {
    this.#stations = new Map(
      stations.map((id) => [id, { readings: new Map(), work: new Map(), reports: new Map() }]),
    );
  }

  readings(stationId: StationId): readonly StationReading[] {
    return [...(this.#stations.get(stationId)?.readings.values() ?? [])];
  }

  work(stationId: StationId): readonly WorkState[] {
    return [...(this.#stations.get(stationId)?.work.values() ?? [])];
  }

  /** The newest last. */
  reports(stationId: StationId): readonly PartedReport[] {
    return [...(this.#stations.get(stationId)?.reports.values() ?? [])];
  }

  take(report: Extract<StationReport, { kind: 'reading' | 'progress' | 'report part' }>): void {
    const notes = this.#stations.get(report.stationId);
    if (notes === undefined) return;
    switch (report.kind) {
      case 'reading':
        takeReading(notes, report);
        break;
      case 'progress': {
        const { of, requestId, status, detail, atMs } = report;
        notes.work.set(of, { of, requestId, status, detail, atMs });
        break;
      }
      case 'report part':
        takePart(notes, report);
        break;
      default:
        report satisfies never;
    }
  }
}

function takeReading(
  { readings }: Notes,
  { evseNumber, name, value, takenAtMs }: Extract<StationReport, { kind: 'reading' }>,
): void {
  const key = `${evseNumber} ${name}`;
  const before = readings.get(key);
  // What was queued while the station was offline may come after what is newer.
  if (before !== undefined && takenAtMs < before.takenAtMs) return;
  if (before === undefined) makeRoom(readings, readingsMax);
  readings.set(key, { evseNumber, name, value: value.slice(0, valueLengthMax), takenAtMs });
}

/** Parts come in order: one that does not fit the ones before begins the report anew, or leaves it incomplete. */
function takePart({ reports }: Notes, part: Extract<StationReport, { kind: 'report part' }>): void {
  const { of, requestId, sequence, isLast, atMs } = part;
  const key = `${of} ${requestId}`;
  const held = reports.get(key);
  const isNew = sequence === undefined ? held?.isComplete === true : sequence === 0;
  const before = isNew ? undefined : held;
  const isNext = sequence === undefined || sequence === (before?.parts ?? 0);
  const all = [...(before?.items ?? []), ...part.items];
  reports.delete(key);
  makeRoom(reports, reportsMax);
  reports.set(key, {
    of,
    requestId,
    isComplete: isLast && isNext,
    isCut: before?.isCut === true || all.length > itemsMax,
    items: all.slice(0, itemsMax),
    atMs,
    parts: isNext ? (before?.parts ?? 0) + 1 : Number.NaN,
  });
}

/** Maps keep the order of insertion: what came first goes first. */
function makeRoom<Key>(map: Map<Key, unknown>, sizeMax: number): void {
  for (const oldest of map.keys()) {
    if (map.size < sizeMax) return;
    map.delete(oldest);
  }
}
