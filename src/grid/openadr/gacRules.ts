import type { OpenAdrEvent, Program } from './model.ts';

// Dutch Grid Aware Charging asks for a form of events, programs and names that is narrower than OpenADR. The rules are those
// of the published validators of GAC 2.0 (OpenADR 3.0.1) and 2.1 (OpenADR 3.1). A breach is told, and the event obeyed
// where it can be understood: a slip of form must not set the cars free.

export type GacVersion = '2.0' | '2.1';

export function gacEventFaults(event: OpenAdrEvent, version: GacVersion): readonly string[] {
  return [
    ...(event.priority === undefined ? [] : ['priority must be absent']),
    ...periodFaults(event),
    ...(version === '2.0' ? targetFaults20(event) : targetFaults21(event)),
    ...descriptorFaults(event),
    ...intervalFaults(event),
  ];
}

function periodFaults({ period, intervals }: OpenAdrEvent): readonly string[] {
  const wrong = intervals.some((interval) => (interval.period === undefined) === (period === undefined));
  return wrong ? ['intervalPeriod must be either at the event or at each interval'] : [];
}

const ean18 = /^\d{18}$/;

function targetFaults20({ targets }: OpenAdrEvent): readonly string[] {
  const places = targets.filter(({ kind }) => kind === 'POWER_SERVICE_LOCATION');
  const vens = targets.filter(({ kind }) => kind === 'VEN_NAME');
  return [
    ...(places.length === 0 ? ['targets must have a POWER_SERVICE_LOCATION'] : []),
    ...(vens.length === 0 ? ['targets must have a VEN_NAME'] : []),
    ...(places.every(({ value }) => ean18.test(value)) ? [] : ['POWER_SERVICE_LOCATION must be EAN18 codes']),
    ...(vens.every(({ value }) => value.length >= 1 && value.length <= 128)
      ? []
      : ['VEN_NAME must have 1 to 128 characters']),
  ];
}

const targetFaults21 = ({ targets }: OpenAdrEvent): readonly string[] =>
  targets.every(({ value }) => ean18.test(value)) ? [] : ['targets must be EAN18 codes'];

function descriptorFaults({ payloadDescriptors }: OpenAdrEvent): readonly string[] {
  const [only, ...others] = payloadDescriptors;
  if (only === undefined || others.length > 0) return ['there must be exactly one payloadDescriptor'];
  return [
    ...(only.payloadType === 'IMPORT_CAPACITY_LIMIT'
      ? []
      : ['the payloadDescriptor must be of IMPORT_CAPACITY_LIMIT']),
    ...(only.units === 'KW' ? [] : ['the units must be KW']),
  ];
}

function intervalFaults({ intervals }: OpenAdrEvent): readonly string[] {
  if (intervals.length === 0) return ['there must be an interval'];
  const isRising = intervals.every(({ id }, index) => index === 0 || id > (intervals[index - 1]?.id ?? id));
  const payloads = intervals.map((interval) => interval.payloads);
  return [
    ...(isRising ? [] : ['the ids of the intervals must rise']),
    ...(payloads.every((each) => each.length === 1) ? [] : ['each interval must have exactly one payload']),
    ...(payloads.flat().every(({ type }) => type === 'IMPORT_CAPACITY_LIMIT')
      ? []
      : ['each payload must be of IMPORT_CAPACITY_LIMIT']),
    ...(payloads.flat().every(({ values }) => values.length === 1)
      ? []
      : ['each payload must have one value']),
  ];
}

const programTypes: Readonly<Record<GacVersion, RegExp>> = {
  '2.0': /^DSO_CPO_INTERFACE-\d+\.\d+\.\d+$/,
  '2.1': /^DSO_CPO_INTERFACE-2\.1\.1$/,
};

export function gacProgramFaults(program: Program, version: GacVersion): readonly string[] {
  const { retailerName, programType, isBinding } = program;
  const hasRetailer = retailerName !== undefined && retailerName.length >= 2 && retailerName.length <= 128;
  return [
    ...(hasRetailer ? [] : ['the retailer name must have 2 to 128 characters']),
    ...(programType !== undefined && programTypes[version].test(programType)
      ? []
      : ['the program type must be DSO_CPO_INTERFACE- and its version']),
    ...(isBinding === true ? [] : ['events must be binding']),
  ];
}
