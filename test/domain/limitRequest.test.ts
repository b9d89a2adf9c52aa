import { describe, expect, it } from 'vitest';
import { areaId, circuitId, limitId, siteId } from '../../src/domain/ids.ts';
import { type LimitRequestInput, limitFromRequest } from '../../src/domain/limitRequest.ts';
import type { Circuit, Site } from '../../src/domain/site.ts';

const nowMs = Date.parse('2026-01-31T12:00:00Z');

const circuit = (id: string, parent?: string): Circuit => ({
  id: circuitId(id),
  parent: parent === undefined ? undefined : circuitId(parent),
  phases: [0, 1, 2],
  breakerAmps: 63,
  ratedWatts: undefined,
  assumedBackgroundAmps: 20,
  meter: undefined,
});
const garage: Site = {
  id: siteId('garage'),
  name: 'Garage Lund',
  timeZone: 'Europe/Stockholm',
  supply: { system: 'TN', phaseVolts: 230 },
  policy: 'fair',
  phasesUsed: 'wired',
  circuits: [circuit('grid'), circuit('hall-a', 'grid')],
  evses: [],
};

const good = {
  site: 'garage',
  circuit: 'hall-a',
  amps: 25,
  until: '2026-01-31T18:00:00Z',
  reason: 'cold evening',
};

/** What becomes of a good request changed by `change`; an undefined value takes the key away. */
const given = (change: Record<string, unknown> = {}, input: Partial<LimitRequestInput> = {}) =>
  limitFromRequest({
    body: JSON.parse(JSON.stringify({ ...good, ...change })),
    source: 'grid-operator',
    setBy: 'dso',
    sites: [garage],
    areas: [{ id: areaId('feeder-12'), limitWatts: 400_000, sites: [garage.id] }],
    id: limitId('l-1'),
    nowMs,
    ...input,
  });

const limitOf = (change: Record<string, unknown> = {}) => {
  const outcome = given(change);
  if (outcome.status === 'refused') throw new Error(`${outcome.field} ${outcome.why}`);
  return outcome.limit;
};

describe('a limit request', () => {
  it('becomes a limit of its source from now on', () => {
    expect(limitOf()).toEqual({
      id: 'l-1',
      target: { kind: 'circuit', siteId: 'garage', circuitId: 'hall-a' },
      value: { amps: 25 },
      source: 'grid-operator',
      setBy: 'dso',
      reason: 'cold evening',
      fromMs: nowMs,
      untilMs: Date.parse('2026-01-31T18:00:00Z'),
      createdAtMs: nowMs,
    });
  });

  it('limits the grid connection when it names no circuit', () => {
    expect(limitOf({ circuit: undefined }).target).toEqual({
      kind: 'circuit',
      siteId: 'garage',
      circuitId: 'grid',
    });
  });

  it('limits an area in watts', () => {
    const limit = limitOf({
      site: undefined,
      circuit: undefined,
      area: 'feeder-12',
      amps: undefined,
      watts: 90_000,
    });
    expect(limit).toMatchObject({ target: { kind: 'area', areaId: 'feeder-12' }, value: { watts: 90_000 } });
  });

  it('may forbid all charging', () => {
    expect(limitOf({ amps: 0 }).value).toEqual({ amps: 0 });
  });

  it('may begin later, and in the past, which is now', () => {
    expect(limitOf({ from: '2026-01-31T14:00:00+01:00' }).fromMs).toBe(nowMs + 3_600_000);
    expect(limitOf({ from: '2026-01-31T11:00:00Z' }).fromMs).toBe(nowMs - 3_600_000);
  });

  it('stays until it is ended when it says that it is standing', () => {
    expect(limitOf({ until: undefined, standing: true }).untilMs).toBeUndefined();
  });

  it.each([
    ['no site and no area', { site: undefined }, 'site', 'is missing'],
    ['an unknown site', { site: 'garden' }, 'site', '"garden" is not in the config'],
    ['an unknown circuit', { circuit: 'hall-z' }, 'circuit', '"hall-z" is not a circuit of site "garage"'],
    [
      'an unknown area',
      { site: undefined, circuit: undefined, area: 'moon' },
      'area',
      '"moon" is not in the config',
    ],
    ['a site and an area', { circuit: undefined, area: 'feeder-12' }, 'area', 'give one of the two'],
    [
      'a circuit of an area',
      { site: undefined, area: 'feeder-12' },
      'circuit',
      'give site and circuit, or area',
    ],
    ['amps of an area', { site: undefined, circuit: undefined, area: 'feeder-12' }, 'amps', 'give watts'],
    ['amps and watts', { watts: 9000 }, 'watts', 'give one of the two'],
    ['neither amps nor watts', { amps: undefined }, 'amps', 'is missing'],
    ['negative amps', { amps: -1 }, 'amps', 'cannot be negative'],
    ['negative watts', { amps: undefined, watts: -0.1 }, 'watts', 'cannot be negative'],
    ['amps in words', { amps: '25' }, 'amps', 'must be number'],
    ['amps that are no number (null in JSON)', { amps: Number.NaN }, 'amps', 'must be number'],
    ['no end', { until: undefined }, 'until', '"standing": true if it shall stay'],
    ['no end and "standing": false', { until: undefined, standing: false }, 'until', 'is missing'],
    ['an end and "standing": true', { standing: true }, 'until', 'give one of the two'],
    ['an end in the past', { until: '2026-01-31T11:59:59Z' }, 'until', 'which is 2026-01-31T12:00:00.000Z'],
    ['an end that is now', { until: '2026-01-31T12:00:00Z' }, 'until', 'is in the past'],
    ['an end before its beginning', { from: '2026-01-31T19:00:00Z' }, 'until', 'is not after from'],
    ['an end in another age', { until: '2027-02-02T12:00:00Z' }, 'until', 'is more than 366 days away'],
    ['an end without a zone', { until: '2026-01-31T18:00:00' }, 'until', 'with a zone'],
    ['a beginning without a zone', { from: '2026-01-31T18:00:00' }, 'from', 'with a zone'],
    ['no reason', { reason: undefined }, 'body', 'lacks the key "reason"'],
    ['an empty reason', { reason: '' }, 'reason', 'must NOT have fewer than 1 characters'],
    ['a key we do not know', { ampere: 25 }, 'body', 'has the unknown key "ampere"'],
  ])('with %s is refused and told which field and why', (_what, change, field, why) => {
    const outcome = given(change);
    expect(outcome).toMatchObject({ status: 'refused', field });
    expect(outcome.status === 'refused' && outcome.why).toContain(why);
  });

  it.each([['text'], [42], [null], [[]]])('that is %j is refused', (body) => {
    expect(given({}, { body })).toMatchObject({ status: 'refused', field: 'body' });
  });

  it('in memory with a value that is not finite is refused', () => {
    for (const amps of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(given({}, { body: { ...good, amps } })).toMatchObject({ status: 'refused', field: 'amps' });
    }
  });

  it('may end exactly at the horizon', () => {
    expect(given({ until: '2027-02-01T12:00:00Z' }).status).toBe('accepted');
    expect(given({ until: '2027-02-01T12:00:00.001Z' }).status).toBe('refused');
  });
});
