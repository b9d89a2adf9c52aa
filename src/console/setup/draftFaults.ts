import type { Faults } from '../form.tsx';
import { typedNumber } from '../format.ts';
import type { CircuitDraft, EvseDraft, SiteTyped, Step } from './draft.ts';
import { setupWords } from './setupWords.ts';

/** By the names of the fields, which are the server's own: `circuits/0/breakerAmps`. */
export type DraftFaults = Faults<string>;

/** What is wrong with what was typed in a step, told in the language of the page before the server would refuse it. */
export function faultsIn(step: Step, typed: SiteTyped): DraftFaults {
  switch (step) {
    case 'site':
      return siteFaults(typed);
    case 'meter':
      return { ...listenFaults(typed), ...backgroundFaults(typed) };
    case 'stations':
      return stationFaults(typed);
    case 'check':
    case 'connect':
      return {};
    default:
      return step satisfies never;
  }
}

function siteFaults({ name, timeZone, breakerAmps }: SiteTyped): DraftFaults {
  const text = setupWords.value.faults;
  return {
    ...(name.trim() === '' && { name: text.name }),
    ...(!isWithin(breakerAmps, 1, 10_000) && { breakerAmps: text.breaker }),
    ...(!isTimeZone(timeZone.trim()) && { timeZone: text.timeZone }),
  };
}

/** What must be right before a meter can be listened to. */
export function listenFaults({ kind, url, topic }: SiteTyped): DraftFaults {
  if (kind === 'none') return {};
  const text = setupWords.value.faults;
  return {
    ...(!(/^(mqtts?|wss?):\/\/\S+$/.test(url.trim()) && URL.canParse(url.trim())) && {
      'meter/broker/url': text.url,
    }),
    ...(!/^[^+#\s]+$/.test(topic.trim()) && { 'meter/topic': text.topic }),
  };
}

function backgroundFaults({ backgroundAmps, breakerAmps }: SiteTyped): DraftFaults {
  const most = typedNumber(breakerAmps) ?? 0;
  return isWithin(backgroundAmps, 0, most)
    ? {}
    : { backgroundAmps: setupWords.value.faults.background(String(most)) };
}

const idForm = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$/;

function stationFaults(typed: SiteTyped): DraftFaults {
  const { circuits, evses, stationHost, stationPort } = typed;
  const text = setupWords.value.faults;
  return Object.assign(
    {},
    ...circuits.map((circuit, index) => circuitFaults(circuit, index, typed)),
    ...evses.map((evse, index) => evseFaults(evse, index, evses)),
    stationHost.trim() === '' && { stationHost: text.host },
    !isWhole(stationPort, 1, 65_535) && { stationPort: text.port },
  );
}

function circuitFaults({ id, breakerAmps }: CircuitDraft, index: number, typed: SiteTyped): DraftFaults {
  const text = setupWords.value.faults;
  const at = `circuits/${index}`;
  const isTaken =
    id.trim() === 'grid' || typed.circuits.slice(0, index).some((each) => each.id.trim() === id.trim());
  const most = typedNumber(typed.breakerAmps) ?? 0;
  return {
    ...(!idForm.test(id.trim()) && { [`${at}/id`]: text.id }),
    ...(isTaken && { [`${at}/id`]: text.taken }),
    ...(!isWithin(breakerAmps, 1, most) && { [`${at}/breakerAmps`]: text.circuitBreaker(String(most)) }),
  };
}

function evseFaults(evse: EvseDraft, index: number, all: readonly EvseDraft[]): DraftFaults {
  const text = setupWords.value.faults;
  const at = `evses/${index}`;
  const before = all.slice(0, index);
  const isTaken = before.some(({ id }) => id.trim() === evse.id.trim());
  const isDouble = before.some(
    ({ station, evse: number }) =>
      station.trim() === evse.station.trim() && number.trim() === evse.evse.trim(),
  );
  return {
    ...(!idForm.test(evse.id.trim()) && { [`${at}/id`]: text.id }),
    ...(isTaken && { [`${at}/id`]: text.taken }),
    ...(!idForm.test(evse.station.trim()) && { [`${at}/station`]: text.id }),
    ...(!isWhole(evse.evse, 1, 99) && { [`${at}/evse`]: text.evse }),
    ...(isDouble && { [`${at}/evse`]: text.double }),
    ...(!isWithin(evse.maxAmps, 6, 500) && { [`${at}/maxAmps`]: text.maxAmps }),
  };
}

function isWithin(typed: string, least: number, most: number): boolean {
  const value = typedNumber(typed);
  return value !== undefined && value >= least && value <= most;
}

const isWhole = (typed: string, least: number, most: number): boolean =>
  isWithin(typed, least, most) && Number.isInteger(typedNumber(typed));

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== '';
  } catch {
    return false;
  }
}
