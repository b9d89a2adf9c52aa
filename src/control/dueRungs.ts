import type { Logger } from '../log.ts';
import { loads } from './capacity.ts';
import { climbed, dueRung, type Now, type Rung } from './escalation.ts';
import type { EvseRecord } from './evseRecord.ts';
import { isOverNow } from './overLimit.ts';
import type { Plan } from './plan.ts';
import type { SiteState } from './siteState.ts';
import type { Topology } from './topology.ts';

const noRungs: ReadonlyMap<number, Rung> = new Map();

/** What is to be done now, by the EVSE's index in the topology. */
export function dueRungs(input: {
  readonly topology: Topology;
  readonly plan: Plan;
  readonly state: SiteState;
  readonly monotonicMs: number;
}): ReadonlyMap<number, Rung> {
  const { topology, plan, state, monotonicMs: atMs } = input;
  const troubled = topology.evses.flatMap(({ evse, path }, index) => {
    const record = state.evse(evse.id);
    const isTroubled = record.obedience.escalation !== undefined || record.refusal !== undefined;
    return isTroubled ? [{ index, path, record }] : [];
  });
  if (troubled.length === 0) return noRungs;
  const exposures = plan.evses.map(({ exposureAmps }) => exposureAmps);
  const load = loads(topology, exposures);
  return new Map(
    troubled.flatMap(({ index, path, record }) => {
      const isOver = path.some((node) => isOverNow(topology, plan, load, node));
      const { escalation } = record.obedience;
      const now = { atMs, isOver };
      const rung = escalation === undefined ? afterRefusal(record, now) : dueRung(escalation, now);
      return rung === undefined ? [] : [[index, rung] as const];
    }),
  );
}

/** In every form there is it was told by whoever carries its setpoints. */
const toldInVain: readonly Rung[] = ['repeat', 'station maximum'];
/** It is asked every ten seconds, and has its third chance first: some take nothing for half a minute after a start. */
const thirdChanceMs = 5_000;

/** It harms nobody as long as the others can make room: then it is asked again, and that is all. */
function afterRefusal(record: EvseRecord, now: Now): Rung | undefined {
  const { refusal, session, evse } = record;
  if (refusal === undefined) return undefined;
  if (!now.isOver) {
    record.refusal = { sinceMs: now.atMs, retryAtMs: refusal.retryAtMs, done: [] };
    return undefined;
  }
  // Another operator can be told of setpoints alone.
  const canStop = session !== undefined && evse.partner === undefined;
  if (!canStop) return undefined;
  const { sinceMs, done } = refusal;
  return dueRung({ ...refusal, sinceMs: sinceMs + thirdChanceMs, done: [...toldInVain, ...done] }, now);
}

/** Another rung was climbed: its command is on its way, or there is nothing left but to call somebody. */
export function climb(
  record: EvseRecord,
  rung: Rung,
  { log, nowMs }: { readonly log: Logger; readonly nowMs: number },
): void {
  const { obedience, refusal } = record;
  const { escalation } = obedience;
  const before = escalation ?? refusal;
  if (before === undefined) return;
  if (escalation !== undefined)
    record.obedience = { ...obedience, escalation: climbed(escalation, rung, nowMs) };
  else if (refusal !== undefined) record.refusal = climbed(refusal, rung, nowMs);
  if (rung === 'remote stop') record.stopping = { atMs: nowMs, drawAmps: escalation?.drawAmps };
  const { id: evseId, station: stationId } = record.evse;
  const fields = { evseId, stationId, rung, drawAmps: escalation?.drawAmps, forMs: nowMs - before.sinceMs };
  const what = escalation === undefined ? 'station takes no setpoint' : 'station does not obey';
  if (rung === 'alarm') log.error(fields, `${what}: somebody must go there`);
  else log.warn(fields, what);
}
