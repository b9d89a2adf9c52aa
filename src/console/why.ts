import type { EvseBody, LimitOriginBody, ReasonBody } from '../http/schemas.ts';
import { amps, energy, moment } from './format.ts';
import { words } from './language.ts';
import { phaseIndex, type SiteStore } from './sites.ts';

/** Where and when a reason is told. */
export interface Place {
  /** Left away where the reason is not of what is, but of what would be. */
  readonly site?: SiteStore;
  readonly timeZone: string;
  readonly nowMs: number;
}

export type Explained = Pick<EvseBody, 'reason' | 'exposureAmps' | 'allocatedAmps'>;

/** Why an EVSE has the current it has, in the language of the page. */
export function why(evse: Explained, place: Place): string {
  const { reason } = evse;
  const text = words.value.why;
  switch (reason.kind) {
    case 'no session':
    case 'interrupted':
    case 'token refused':
    case 'starting':
      return text[reason.kind];
    case 'own maximum':
    case 'car takes less':
    case 'bound by a partner':
      return text[reason.kind](amps(reason.amps ?? 0));
    case 'offline':
      return text.offline(amps(evse.exposureAmps));
    case 'not answering':
      return text['not answering'](amps(evse.exposureAmps), reason.rung && text.rungs[reason.rung]);
    case 'waiting for others':
    case 'memory spared':
      return text[reason.kind](amps(evse.allocatedAmps));
    case 'not obeying':
      return text['not obeying'](amps(reason.amps ?? 0), text.rungs[reason.rung ?? 'repeat']);
    case 'stopped':
      return text.stopped(reason.by ?? '');
    case 'area full':
      return text['area full'](reason.area ?? '');
    case 'paused':
      return reason.circuit === undefined ? text.paused : text.pausedAt(spot(reason.circuit, reason.phase));
    case 'circuit full':
      return full(reason, place);
    case 'planned later':
      return later(reason, place);
    default:
      return reason.kind satisfies never;
  }
}

const spot = (circuit: string, phase: ReasonBody['phase']): string =>
  phase === undefined ? words.value.why.total(circuit) : words.value.why.phase(circuit, phase);

/** What is full, who shares it, and who said that there shall not be more. */
function full({ circuit = '', phase, limitedBy }: ReasonBody, place: Place): string {
  const text = words.value.why;
  const { site } = place;
  if (site === undefined) return text.isFull(spot(circuit, phase));
  const { count, sumAmps } = site.share(circuit, phase);
  const told = text.full(spot(circuit, phase), text.sharing(count.value, amps(sumAmps.value)));
  if (limitedBy?.kind !== 'limit') return told;
  const found = site.circuits.get(circuit)?.circuit.value.limitAmps;
  const limit =
    found === undefined
      ? ''
      : amps(phase === undefined ? Math.min(...found) : (found[phaseIndex(phase)] ?? 0));
  return `${told} ${text.byLimit(limit, byWhom(limitedBy), untilText(limitedBy, place))}`;
}

function later(reason: ReasonBody, { timeZone, nowMs }: Place): string {
  const text = words.value.why;
  const at = (told: string | null | undefined): string =>
    told == null ? text.later : moment(Date.parse(told), timeZone, nowMs);
  const held = reason.amps ?? 0;
  const needs = ` ${text.needs(energy(reason.needsWh ?? 0), at(reason.departureAt))}`;
  switch (reason.why) {
    case 'cheaper':
      return text.cheaper(at(reason.until)) + needs;
    case 'greener':
      return text.greener(at(reason.until)) + needs;
    case 'peak':
      return (held > 0 ? text.peakHeld(amps(held)) : text.peak(at(reason.until))) + needs;
    case 'others first':
      return text['others first'](at(reason.until)) + needs;
    case 'has enough':
    case undefined:
      return text['has enough'];
    default:
      return reason.why satisfies never;
  }
}

export const byWhom = ({ source }: LimitOriginBody): string =>
  source === undefined ? '' : words.value.byWhom[source];

export const untilText = ({ until }: LimitOriginBody, { timeZone, nowMs }: Place): string =>
  until == null ? words.value.standing : words.value.until(moment(Date.parse(until), timeZone, nowMs));
