import type { StationId } from './ids.ts';

/**
 * `critical`: nobody may charge there until somebody looked. `error`: something does not work. `warning`: it works, but
 * not as it should. `notice`: worth knowing.
 */
export type Severity = 'critical' | 'error' | 'warning' | 'notice';

/** Something that is or was wrong at a station, as it told. */
export interface Fault {
  readonly id: string;
  readonly stationId: StationId;
  /** 0: the station as a whole. */
  readonly evseNumber: number;
  readonly source: FaultSource;
  /** What names it at its station: told again under the same key it goes on, and ends under it. */
  readonly key: string;
  /** The station's own word. */
  readonly code: string;
  readonly vendorCode: string | undefined;
  readonly detail: string | undefined;
  readonly severity: Severity;
  /** This and the next on the station's clock. */
  readonly beganAtMs: number;
  /** undefined while it lasts. What happened in a moment ends when it begins. */
  readonly endedAtMs: number | undefined;
}

/** `status`: told with the state of a connector. `event`: an alert of a component or monitor. */
export const faultSources = ['status', 'event', 'security event'] as const;
export type FaultSource = (typeof faultSources)[number];

/** A fault as it is told, before it has a place in the log. */
export type FaultWords = Pick<Fault, 'code' | 'vendorCode' | 'detail' | 'severity'>;

/**
 * The severity of a 2.x event: 0 danger, 1 and 2 failures of hardware and system, 3 critical, 4 error, 5 alert, 6 warning,
 * 7 notice, 8 informational, 9 debug. [OCPP 2.0.1 Part 2, SetMonitoringDataType]
 */
export function severityOfLevel(level: number | undefined): Severity {
  if (level === undefined) return 'warning';
  if (level <= 3) return 'critical';
  if (level === 4) return 'error';
  return level <= 6 ? 'warning' : 'notice';
}
