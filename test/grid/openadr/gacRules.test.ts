import { describe, expect, it } from 'vitest';
import { gacVenNameFault } from '../../../src/domain/openAdrConfig.ts';
import { gacEventFaults, gacProgramFaults } from '../../../src/grid/openadr/gacRules.ts';
import type { OpenAdrEvent, Program } from '../../../src/grid/openadr/model.ts';
import { givenEvent, interval, period } from './given.ts';

const ean = '871234567890123456';
const place = { kind: 'POWER_SERVICE_LOCATION', value: ean };
const ven = { kind: 'VEN_NAME', value: 'NL-ABC' };
const descriptor = { payloadType: 'IMPORT_CAPACITY_LIMIT', units: 'KW', currency: undefined };

const given20 = (change: Partial<OpenAdrEvent> = {}) =>
  gacEventFaults(givenEvent({ targets: [place, ven], ...change }), '2.0');
const given21 = (change: Partial<OpenAdrEvent> = {}) =>
  gacEventFaults(givenEvent({ targets: [{ kind: undefined, value: ean }], ...change }), '2.1');
const own = (start: string) => ({ period: period(start, 'PT1H') });

describe('the rules of Grid Aware Charging for events', () => {
  it('let a continuous event pass, in both versions', () => {
    expect(given20()).toEqual([]);
    expect(given21()).toEqual([]);
  });

  it('let a separated event pass: a period at each interval, none at the event', () => {
    const intervals = [
      interval(0, 1, own('2026-01-31T12:00:00Z')),
      interval(1, 2, own('2026-01-31T14:00:00Z')),
    ];
    expect(given20({ period: undefined, intervals })).toEqual([]);
  });

  const payloads = (...types: string[]) => [
    interval(0, 1, { payloads: types.map((type) => ({ type, values: [1] })) }),
  ];
  it.each<[what: string, change: Partial<OpenAdrEvent>, fault: string]>([
    ['a priority', { priority: 0 }, 'priority must be absent'],
    [
      'a period at the event and at an interval',
      { intervals: [interval(0, 1, own('2026-01-31T12:00:00Z'))] },
      'intervalPeriod must be either at the event or at each interval',
    ],
    [
      'a period nowhere',
      { period: undefined },
      'intervalPeriod must be either at the event or at each interval',
    ],
    [
      'a period at one interval of two',
      { period: undefined, intervals: [interval(0, 1, own('2026-01-31T12:00:00Z')), interval(1, 1)] },
      'intervalPeriod must be either at the event or at each interval',
    ],
    ['no payload descriptor', { payloadDescriptors: [] }, 'there must be exactly one payloadDescriptor'],
    [
      'two payload descriptors',
      { payloadDescriptors: [descriptor, descriptor] },
      'there must be exactly one payloadDescriptor',
    ],
    [
      'a descriptor of another type',
      { payloadDescriptors: [{ ...descriptor, payloadType: 'PRICE' }] },
      'the payloadDescriptor must be of IMPORT_CAPACITY_LIMIT',
    ],
    ['other units', { payloadDescriptors: [{ ...descriptor, units: 'W' }] }, 'the units must be KW'],
    [
      'units in small letters',
      { payloadDescriptors: [{ ...descriptor, units: 'kW' }] },
      'the units must be KW',
    ],
    ['no intervals', { intervals: [] }, 'there must be an interval'],
    [
      'ids that do not rise',
      { intervals: [interval(1, 1), interval(1, 2)] },
      'the ids of the intervals must rise',
    ],
    [
      'two payloads in an interval',
      { intervals: payloads('IMPORT_CAPACITY_LIMIT', 'IMPORT_CAPACITY_LIMIT') },
      'each interval must have exactly one payload',
    ],
    [
      'a payload of another type',
      { intervals: payloads('PRICE') },
      'each payload must be of IMPORT_CAPACITY_LIMIT',
    ],
    ['two values in a payload', { intervals: [interval(0, [1, 2])] }, 'each payload must have one value'],
  ])('find %s', (_what, change, fault) => {
    expect(given20(change)).toContain(fault);
    expect(given21(change)).toContain(fault);
  });

  it.each<[what: string, targets: OpenAdrEvent['targets'], fault: string]>([
    ['no place', [ven], 'targets must have a POWER_SERVICE_LOCATION'],
    ['no VEN', [place], 'targets must have a VEN_NAME'],
    [
      'a place of 17 digits',
      [{ ...place, value: ean.slice(1) }, ven],
      'POWER_SERVICE_LOCATION must be EAN18 codes',
    ],
    ['a VEN without a name', [place, { ...ven, value: '' }], 'VEN_NAME must have 1 to 128 characters'],
  ])('of 2.0 find %s among the targets', (_what, targets, fault) => {
    expect(given20({ targets })).toContain(fault);
  });

  it('of 2.1 want nothing but EAN18 codes as targets', () => {
    expect(given21({ targets: [{ kind: undefined, value: 'NL-ABC' }] })).toEqual([
      'targets must be EAN18 codes',
    ]);
  });
});

describe('the rules of Grid Aware Charging for programs', () => {
  const given = (change: Partial<Program> = {}): Program => ({
    id: 'p',
    name: 'gac',
    retailerName: 'Netbeheerder',
    programType: 'DSO_CPO_INTERFACE-2.1.1',
    isBinding: true,
    payloadDescriptors: [],
    ...change,
  });

  it.each([
    ['2.0', 'DSO_CPO_INTERFACE-2.0.0', 0],
    ['2.0', 'DSO_CPO_INTERFACE-2', 1],
    ['2.0', undefined, 1],
    ['2.1', 'DSO_CPO_INTERFACE-2.1.1', 0],
    ['2.1', 'DSO_CPO_INTERFACE-2.1.0', 1],
  ] as const)('of %s: the type %s has %d faults', (version, programType, count) => {
    expect(gacProgramFaults(given({ programType }), version)).toHaveLength(count);
  });

  it.each([
    ['a retailer name of one letter', { retailerName: 'N' }],
    ['a retailer name of 129 letters', { retailerName: 'N'.repeat(129) }],
    ['no retailer name', { retailerName: undefined }],
    ['events that do not bind', { isBinding: false }],
    ['events of which nobody says whether they bind', { isBinding: undefined }],
  ])('find %s', (_what, change) => {
    expect(gacProgramFaults(given(change), '2.1')).toHaveLength(1);
  });
});

describe('the name of the VEN', () => {
  it.each(['NL-ABC', 'NLABC', 'SE-1A2'])('%s is an operator id', (name) => {
    expect(gacVenNameFault(name)).toBeUndefined();
  });
  it.each(['ven-1', 'nl-abc', 'NL-ABCD', 'XQ-ABC', ''])('%o is none', (name) => {
    expect(gacVenNameFault(name)).toContain('eMI3');
  });
});
