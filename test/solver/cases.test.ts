import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../solver/allocate.ts';
import type {
  EvseAllocation,
  Policy,
  Problem,
  ProblemCircuit,
  ProblemEvse,
  Supply,
} from '../../solver/problem.ts';

/** A case as an electrician would write it down; `expect` says amps, or `paused`, and what holds the EVSE. */
interface Case {
  readonly what: string;
  readonly policy?: Policy;
  readonly pacing?: {
    readonly minOnMinutes: number;
    readonly minOffMinutes: number;
    readonly turnMinutes: number;
  };
  /** Of every EVSE that does not say its own; 6 A when absent. */
  readonly minimum?: number;
  readonly circuits: readonly CaseCircuit[];
  readonly evses: readonly CaseEvse[];
  readonly expect: Readonly<Record<string, string>>;
}

interface CaseCircuit {
  readonly name: string;
  readonly under?: string;
  readonly amps?: number | readonly [number, number, number];
  readonly watts?: number;
  readonly supply?: Supply;
  readonly unbalance?: number;
  readonly house?: readonly [number, number, number];
}

interface CaseEvse {
  readonly name: string;
  readonly circuit: string;
  readonly phases: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly priority?: number;
  readonly weight?: number;
  readonly waitedMinutes?: number;
  readonly onForMinutes?: number;
  readonly offForMinutes?: number;
  readonly cameMinutesAgo?: number;
  readonly laxityMinutes?: number;
}

const minuteMs = 60_000;
const nowMs = 1_000 * minuteMs;
const folder = `${import.meta.dirname}/cases`;
const lines = ['L1', 'L2', 'L3'];

function problemOf(given: Case): Problem {
  const names = given.circuits.map(({ name }) => name);
  const circuits = given.circuits.map((circuit): ProblemCircuit => {
    const { amps = Infinity, supply, unbalance, house } = circuit;
    return {
      name: circuit.name,
      parent: circuit.under === undefined ? -1 : names.indexOf(circuit.under),
      limitAmps: typeof amps === 'number' ? [amps, amps, amps] : amps,
      limitWatts: circuit.watts ?? Infinity,
      ...(supply === undefined ? {} : { supply }),
      ...(unbalance === undefined ? {} : { unbalanceAmps: unbalance }),
      ...(house === undefined ? {} : { loadAmps: house }),
    };
  });
  const { pacing, policy } = given;
  return {
    circuits,
    evses: given.evses.map((evse) => evseOf(given, evse, names.indexOf(evse.circuit))),
    ...(policy === undefined ? {} : { policy }),
    ...(pacing === undefined
      ? {}
      : {
          pacing: {
            nowMs,
            minOnMs: pacing.minOnMinutes * minuteMs,
            minOffMs: pacing.minOffMinutes * minuteMs,
            turnMs: pacing.turnMinutes * minuteMs,
          },
        }),
  };
}

const evseOf = (given: Case, evse: CaseEvse, circuit: number): ProblemEvse => ({
  name: evse.name,
  circuit,
  wiring: evse.phases.split(' ').map((line) => lines.indexOf(line) as 0 | 1 | 2),
  phaseVolts: 230,
  minAmps: evse.min ?? given.minimum ?? 6,
  maxAmps: evse.max ?? 32,
  stepAmps: evse.step ?? 0,
  priority: evse.priority ?? 0,
  weight: evse.weight ?? 1,
  isOn: evse.onForMinutes !== undefined,
  sinceMs: nowMs - (evse.onForMinutes ?? evse.offForMinutes ?? 1_000) * minuteMs,
  waitingMs: (evse.waitedMinutes ?? 0) * minuteMs,
  laxityMs: (evse.laxityMinutes ?? Infinity) * minuteMs,
  arrivedMs: nowMs - (evse.cameMinutesAgo ?? 0) * minuteMs,
});

/** As it is written in `expect`, as far as it says. */
function told({ amps, bound }: EvseAllocation, { circuits }: Problem): string {
  const current = bound.kind === 'paused' ? 'paused' : String(Number(amps.toFixed(4)));
  if (bound.kind === 'maximum') return `${current} maximum`;
  if (bound.circuit === undefined) return current;
  return `${current} ${circuits[bound.circuit]?.name} ${bound.phase === undefined ? 'watts' : lines[bound.phase]}`;
}

describe('the allocation, case by case', () => {
  for (const file of readdirSync(folder)) {
    // The files are our own and read by nothing else.
    const given = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Case;
    it(`${file.replace('.json', '')}: ${given.what}`, () => {
      const problem = problemOf(given);
      const { evses } = allocate(problem);
      const answer = Object.fromEntries(
        problem.evses.map(({ name }, index) => [name, told(evses[index]!, problem)]),
      );
      for (const [name, expected] of Object.entries(given.expect))
        expect(`${name} ${answer[name]}`).toMatch(new RegExp(`^${name} ${expected}( |$)`));
    });
  }
});
