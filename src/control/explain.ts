import { phaseName } from '../domain/phases.ts';
import type { EvseReason, EvseView, LimitOrigin, SiteView } from './siteView.ts';

/**
 * Why an EVSE has the current it has, as one sentence an electrician understands:
 * `6 A: circuit hall-a, phase L2 is full (breaker 40 A)`. Instants are in the site's time zone.
 */
export function explanation(evse: EvseView, site: SiteView): string {
  const setpoint = evse.setpointAmps === undefined ? 'no setpoint' : amps(evse.setpointAmps);
  return `${setpoint}: ${because(evse.reason, evse, site)}`;
}

/** What was done last about a station that does not obey. */
const measures = {
  repeat: 'it was told its setpoint again',
  'station maximum': 'it was given a maximum as a whole',
  'remote stop': 'it was asked to end the session',
  alarm: 'all that it can be told is in vain, somebody must go there',
} as const;

function because(reason: EvseReason, evse: EvseView, site: SiteView): string {
  switch (reason.kind) {
    case 'no session':
      return evse.exposureAmps > 0
        ? `no session is known to run, and ${amps(evse.exposureAmps)} is kept free for one that may begin before it is told`
        : 'no session is running';
    case 'interrupted':
      return 'its session was ended because the station did not do what it was told, and begins again when there is room for it';
    case 'not obeying':
      return `the station does not obey and draws ${amps(reason.amps)}: ${measures[reason.rung ?? 'repeat']}, and the others make room`;
    case 'stopped':
      return `the site was stopped by ${reason.by}: ${reason.why}`;
    case 'own maximum':
      return `it has all it can use (${amps(reason.amps)})`;
    case 'car takes less':
      return `the car takes less, so ${amps(reason.amps)} is kept for it and the rest is lent to others`;
    case 'bound by a partner':
      return `the roaming partner whose driver charges lets it take no more than ${amps(reason.amps)}`;
    case 'circuit full':
      return `${place(reason)} is full (${bound(reason, site)})`;
    case 'area full':
      return `area ${reason.area} is full: its sites together are at the limit of the grid above them`;
    case 'paused':
      return reason.circuit === undefined
        ? 'it waits for its turn'
        : `it waits for its turn: ${place({ ...reason, circuit: reason.circuit })} has no room for its minimum current`;
    case 'planned later':
      return plannedLater(reason, site);
    case 'starting':
      return 'held at the failsafe limit until meters and stations were heard';
    case 'offline':
      return `the station is offline, so ${amps(evse.exposureAmps)} is kept free for what it may still allow`;
    case 'not answering':
      return `the station did not take its last command, so ${amps(evse.exposureAmps)} counts until it is asked again${reason.rung === undefined ? '' : `; ${measures[reason.rung]}`}`;
    case 'token refused':
      return '0 A: its driver may not charge, and the station is asked to end the session';
    case 'memory spared':
      return `${amps(evse.allocatedAmps)} is planned and comes within the hour: its station writes each setpoint to a memory that wears out, and was told as often as it may be`;
    case 'waiting for others':
      return `${amps(evse.allocatedAmps)} is planned and comes once others have confirmed their decrease`;
    default:
      return reason satisfies never;
  }
}

type PlannedLater = Extract<EvseReason, { kind: 'planned later' }>;

function plannedLater(
  { why, untilMs, amps: most, needsWh, departureMs }: PlannedLater,
  site: SiteView,
): string {
  const at = (ms: number): string =>
    localTime(site.timeZone)
      .format(ms)
      .replace(`${today(site)} `, '');
  const needs = `needs ${Math.round(needsWh / 100) / 10} kWh by ${at(departureMs)}`;
  const next = untilMs === undefined ? 'later' : at(untilMs);
  switch (why) {
    case 'cheaper':
      return `waits for ${next}, when energy is cheaper; ${needs}`;
    case 'greener':
      return `waits for ${next}, when energy is cleaner; ${needs}`;
    case 'peak':
      return most > 0
        ? `held to ${amps(most)} to keep the hour below the peak that is paid for; ${needs}`
        : `waits for ${next} to keep the hour below the peak that is paid for; ${needs}`;
    case 'others first':
      return `waits for ${next}, because cars that leave sooner need the room; ${needs}`;
    case 'has enough':
      return `has what its driver asked for, by ${at(departureMs)}`;
    default:
      return why satisfies never;
  }
}

const today = ({ timeZone, tick }: SiteView): string => localTime(timeZone).format(tick.atMs).slice(0, 10);

type CircuitFull = Extract<EvseReason, { kind: 'circuit full' }>;

const place = ({ circuit, phase }: Pick<CircuitFull, 'circuit' | 'phase'>): string =>
  phase === undefined ? `the total of circuit ${circuit}` : `circuit ${circuit}, phase ${phaseName(phase)}`;

/** What makes the circuit full, with its number on the phase that binds. */
function bound({ circuit: id, phase, limitedBy }: CircuitFull, site: SiteView): string {
  const circuit = site.circuits.find((candidate) => candidate.id === id);
  switch (limitedBy.kind) {
    case 'breaker':
      return circuit === undefined ? 'breaker' : `breaker ${amps(circuit.breakerAmps)}`;
    case 'rating':
      return 'rated power';
    case 'limit': {
      const limit =
        circuit === undefined || phase === undefined ? 'limit' : `limit ${amps(circuit.limitAmps[phase])}`;
      return `${limit} by the ${limitedBy.source.replace('-', ' ')}${until(limitedBy, site)}: ${limitedBy.reason}`;
    }
    default:
      return limitedBy satisfies never;
  }
}

function until({ untilMs }: Extract<LimitOrigin, { kind: 'limit' }>, { timeZone }: SiteView): string {
  return untilMs === undefined ? '' : ` until ${localTime(timeZone).format(untilMs)}`;
}

/** One for each time zone of the config: making one takes longer than everything else here. */
const localTimes = new Map<string, Intl.DateTimeFormat>();

function localTime(timeZone: string): Intl.DateTimeFormat {
  const known = localTimes.get(timeZone);
  if (known !== undefined) return known;
  // Swedish writes dates and times as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone });
  localTimes.set(timeZone, format);
  return format;
}

/** To a tenth: no station is told more precisely. */
const amps = (value: number): string => `${Math.round(value * 10) / 10} A`;
