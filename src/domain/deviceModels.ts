import type { StationTraits } from './traits.ts';

/** What is known of a maker's stations, and who met it. */
export interface DeviceModel {
  /** In the vendor's name as the station tells it, in any case. */
  readonly vendor: RegExp;
  /** In the model's name; left out: all of the vendor. */
  readonly model?: RegExp;
  readonly traits: Partial<StationTraits>;
  /** Reports, as repository#number. */
  readonly seenAt: string;
}

/** Known departures from what is usual. A station that does better is told so in the config. */
export const deviceModels: readonly DeviceModel[] = [
  {
    vendor: /\babb\b/i,
    model: /terra/i,
    traits: { stackLevelMax: 0, takesZero: false },
    seenAt: 'evcc#4957, evcc#15493, evcc#16768, evcc#28868, lbbrhzn/ocpp#1737',
  },
  {
    vendor: /wall ?box/i,
    traits: { unit: 'A', kind: 'relative', stackLevelMax: 0, resumes: 'stays paused' },
    seenAt: 'evcc template ocpp-wallbox, ev-server, ocpp-rpc#81, evcc#14348',
  },
  {
    vendor: /huawei/i,
    traits: { unit: 'W', takesZero: false, resumes: 'stays paused' },
    seenAt: 'evcc forcepowerctrl, lbbrhzn/ocpp#2084, evcc#29272',
  },
  {
    vendor: /go-?e\b/i,
    traits: { unit: 'A', phasesHonoured: false, resumes: 'at full power' },
    seenAt: 'go-eCharger-API-v2#105, #154, #155, #190',
  },
  {
    vendor: /easee/i,
    traits: { kind: 'absolute', standingKind: 'absolute' },
    seenAt: 'evcc#15493, developer.easee.com changelog OCPP 1.8.0',
  },
  { vendor: /garo/i, traits: { unit: 'A' }, seenAt: 'lbbrhzn/ocpp#1035' },
  { vendor: /ev-?box/i, traits: { stackLevelMax: 0 }, seenAt: 'lbbrhzn/ocpp#1545' },
  {
    vendor: /mennekes/i,
    traits: { answersWithinS: 60, phasesHonoured: false },
    seenAt: 'evcc#26837, evcc#19735',
  },
];

/** The first row that fits; undefined for a device nobody reported. */
export const deviceModelOf = (hardware: {
  readonly vendor: string;
  readonly model: string;
}): DeviceModel | undefined =>
  deviceModels.find(
    ({ vendor, model }) =>
      vendor.test(hardware.vendor) && (model === undefined || model.test(hardware.model)),
  );
