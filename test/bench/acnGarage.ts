import { readFileSync } from 'node:fs';
import { sharedFolder } from '../servers.ts';

/** A real month in the Caltech garage: 208 V delta, 54 EVSEs, two pods of 80 A, 5-minute steps. */
export interface Garage {
  readonly sessions: readonly GarageSession[];
  readonly periods: number;
  readonly wantedKwh: number;
}

export interface GarageSession {
  readonly index: number;
  readonly arrival: number;
  readonly departure: number;
  readonly wantedKwh: number;
  /** 0, 1, 2: between lines L1-L2, L2-L3, L3-L1. */
  readonly group: 0 | 1 | 2;
  /** 0 for none. */
  readonly pod: 0 | 1 | 2;
}

export const hoursPerPeriod = 5 / 60;
export const volts = 208;
export const podAmps = 80;
export const ampsMax = 6_600 / volts;
export const kwhPerAmp = (volts / 1_000) * hoursPerPeriod;

const groups = ['AB', 'BC', 'CA'];

export function readGarage(): Garage | undefined {
  if (sharedFolder === undefined) return undefined;
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(`${sharedFolder}/data/acn/${name}`, 'utf8'));
  // The files' own layout, as data/README.md describes it.
  const network = read('caltech_network.json') as {
    evses: Record<string, string>;
    pods: Record<string, { evses: string[] }>;
  };
  const { sessions } = read('caltech_201903_sessions.json') as {
    sessions: [number, number, number, string][];
  };
  const pods = Object.values(network.pods);
  const rows = sessions.map(([arrival, departure, wantedKwh, evse], index): GarageSession => {
    const group = groups.indexOf(network.evses[evse] ?? '');
    const pod = 1 + pods.findIndex(({ evses }) => evses.includes(evse));
    if (group < 0) throw new Error(`${evse} is not in the network file`);
    return { index, arrival, departure, wantedKwh, group: group as 0 | 1 | 2, pod: pod as 0 | 1 | 2 };
  });
  return {
    sessions: rows,
    periods: Math.max(...rows.map(({ departure }) => departure)),
    wantedKwh: rows.reduce((sum, { wantedKwh }) => sum + wantedKwh, 0),
  };
}

export const secondaryAmps = (capKw: number): number => (capKw * 1_000) / 3 / 120;
export const primaryAmps = (capKw: number): number => (capKw * 1_000) / 3 / 277;

/** Whether sums of groups and pods are under every limit, by the garage's own formulas. */
export function isFeasible(
  capKw: number,
  sum: readonly number[],
  pod: readonly number[],
  tolerance = 1e-9,
): boolean {
  for (let line = 0; line < 3; line++) {
    const x = sum[line] ?? 0;
    const y = sum[(line + 1) % 3] ?? 0;
    const z = sum[(line + 2) % 3] ?? 0;
    if (Math.sqrt(x * x + z * z + x * z) > secondaryAmps(capKw) + tolerance) return false;
    const primary = Math.sqrt(x * x + y * y + 4 * z * z - x * y + 2 * x * z + 2 * y * z) / 4;
    if (primary > primaryAmps(capKw) + tolerance) return false;
  }
  return (pod[1] ?? 0) <= podAmps + tolerance && (pod[2] ?? 0) <= podAmps + tolerance;
}

export interface Active {
  readonly session: GarageSession;
  readonly remainingKwh: number;
}

/** What each active session draws in a period, in amps. */
export type Strategy = (active: readonly Active[], period: number, capKw: number) => readonly number[];

export interface Outcome {
  readonly percent: number;
  readonly starts: number;
  readonly worstTickMs: number;
}

/** Plays the month. The strategy's answer is checked against the garage's own limits in every period. */
export function play(garage: Garage, capKw: number, strategy: Strategy): Outcome {
  const remaining = garage.sessions.map(({ wantedKwh }) => wantedKwh);
  const wasOn = new Uint8Array(garage.sessions.length);
  let deliveredKwh = 0;
  let starts = 0;
  let worstTickMs = 0;
  for (let period = 0; period < garage.periods; period++) {
    const active = garage.sessions
      .filter(
        ({ index, arrival, departure }) =>
          arrival <= period && period < departure && (remaining[index] ?? 0) > 1e-6,
      )
      .map((session) => ({ session, remainingKwh: remaining[session.index] ?? 0 }));
    if (active.length === 0) continue;
    const startedAt = performance.now();
    const amps = strategy(active, period, capKw);
    worstTickMs = Math.max(worstTickMs, performance.now() - startedAt);
    const sum = [0, 0, 0];
    const pod = [0, 0, 0];
    active.forEach(({ session: { index, group, pod: at }, remainingKwh }, place) => {
      const drawn = amps[place] ?? 0;
      if (drawn > 32 + 1e-9 || drawn < 0) throw new Error(`${drawn} A is not to be had`);
      sum[group] = (sum[group] ?? 0) + drawn;
      pod[at] = (pod[at] ?? 0) + drawn;
      if (drawn > 0 && wasOn[index] === 0) starts++;
      wasOn[index] = drawn > 0 ? 1 : 0;
      const kwh = Math.min(remainingKwh, Math.min(drawn, ampsMax) * kwhPerAmp);
      remaining[index] = remainingKwh - kwh;
      deliveredKwh += kwh;
    });
    if (!isFeasible(capKw, sum, pod, 1e-6))
      throw new Error(`period ${period} is over a limit at ${capKw} kW: ${sum} ${pod}`);
  }
  return { percent: (100 * deliveredKwh) / garage.wantedKwh, starts, worstTickMs };
}

export const mostAmps = ({ remainingKwh }: Active): number => Math.min(ampsMax, remainingKwh / kwhPerAmp);
/** ACN-Sim offers up to what the EVSE can give, though no car of that month took more than 6.6 kW. */
const pilotAmps = ({ remainingKwh }: Active): number => Math.min(32, remainingKwh / kwhPerAmp);
export const laxity = (active: Active, period: number): number =>
  active.session.departure - period - active.remainingKwh / (32 * kwhPerAmp);

/** In an order, each gets all it can under what the ones before it left: ACN-Sim's sorted algorithms. */
export const sorted =
  (key: (active: Active, period: number) => number): Strategy =>
  (active, period, capKw) => {
    const amps = active.map(() => 0);
    const sum = [0, 0, 0];
    const pod = [0, 0, 0];
    const order = active.map((_, place) => place).sort((a, b) => keyOf(a) - keyOf(b));
    for (const place of order) {
      const each = active[place];
      if (each === undefined) continue;
      const { group, pod: at } = each.session;
      const before = [sum[group] ?? 0, pod[at] ?? 0] as const;
      const fits = (drawn: number): boolean => {
        sum[group] = before[0] + drawn;
        pod[at] = before[1] + drawn;
        return isFeasible(capKw, sum, pod);
      };
      amps[place] = largest(pilotAmps(each), fits);
      fits(amps[place] ?? 0);
    }
    return amps;

    function keyOf(place: number): number {
      const each = active[place];
      return each === undefined ? 0 : key(each, period);
    }
  };

/** ACN-Sim halves until it knows the pilot this well; over a month at 30 kW it shows in the second decimal. */
const pilotPrecisionAmps = 0.01;

function largest(most: number, fits: (amps: number) => boolean): number {
  if (fits(most)) return most;
  let least = 0;
  let above = most;
  while (above - least > pilotPrecisionAmps) {
    const middle = (least + above) / 2;
    if (fits(middle)) least = middle;
    else above = middle;
  }
  return least;
}

/** One ampere more for each in turn, while it fits. */
export const roundRobin: Strategy = (active, _period, capKw) => {
  const amps = active.map(() => 0);
  const sum = [0, 0, 0];
  const pod = [0, 0, 0];
  let open = active.map((_, place) => place);
  while (open.length > 0) {
    open = open.filter((place) => {
      const each = active[place];
      if (each === undefined) return false;
      const { group, pod: at } = each.session;
      const step = Math.min(1, pilotAmps(each) - (amps[place] ?? 0));
      if (step <= 1e-9) return false;
      sum[group] = (sum[group] ?? 0) + step;
      pod[at] = (pod[at] ?? 0) + step;
      if (isFeasible(capKw, sum, pod)) {
        amps[place] = (amps[place] ?? 0) + step;
        return true;
      }
      sum[group] = (sum[group] ?? 0) - step;
      pod[at] = (pod[at] ?? 0) - step;
      return false;
    });
  }
  return amps;
};
