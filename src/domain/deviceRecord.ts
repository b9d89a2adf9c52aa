import { deviceModelOf } from './deviceModels.ts';
import type { StationHardware } from './stationEvent.ts';
import { type Circumstances, type RefusedSetpoint, type Variant, variants } from './traitLadder.ts';
import { resolvedTraits, type StationTraits, type TraitLayer } from './traits.ts';

/** Something a station taught us by refusing one way of writing and taking another. */
export interface LearntTrait {
  readonly change: Partial<StationTraits>;
  readonly why: string;
  readonly atMs: number;
  /** Another firmware may have learnt better. */
  readonly firmware: string | undefined;
}

/** What we know of a station as a device, as a plain value. */
export interface DeviceRecord {
  readonly config: Partial<StationTraits>;
  /** The version it speaks; undefined until it connected. */
  readonly protocol: string | undefined;
  readonly hardware: StationHardware | undefined;
  /** What its configuration says. */
  readonly told: Partial<StationTraits>;
  readonly learnt: readonly LearntTrait[];
  readonly trial: Trial | undefined;
  /** Refusals since it last took something, by what was refused. */
  readonly refusals: { readonly lease: number; readonly standing: number };
  /** Rises whenever setpoints are written another way: an answer to an older way says nothing about the new one. */
  readonly attempt: number;
  /** It refused every way there is. */
  readonly isExhausted: boolean;
}

/** What is kept of a device: the rest is in the config, or told anew when it connects. */
export type KeptDevice = Pick<DeviceRecord, 'hardware' | 'learnt'>;

interface Trial {
  readonly kind: RefusedSetpoint['kind'];
  readonly variants: readonly Variant[];
  readonly index: number;
  /** It was taken: now the way before is tried once more, for the refusals may have been of the moment. */
  readonly isTaken: boolean;
}

export const newDevice = (config: Partial<StationTraits>): DeviceRecord => ({
  config,
  protocol: undefined,
  hardware: undefined,
  told: {},
  learnt: [],
  trial: undefined,
  refusals: { lease: 0, standing: 0 },
  attempt: 0,
  isExhausted: false,
});

/** The traits its setpoints are written by, those on trial included. */
export function traitsOf(device: DeviceRecord): StationTraits {
  const traits = resolvedTraits(layersOf(device));
  if (device.protocol === 'ocpp2.1') return traits;
  // Dynamic profiles, and those that end offline, came with 2.1.
  const { kind, leaseForm } = traits;
  return {
    ...traits,
    kind: kind === 'dynamic' ? 'absolute' : kind,
    leaseForm: leaseForm === 'offline' ? 'tail' : leaseForm,
  };
}

export function layersOf(device: DeviceRecord): readonly TraitLayer[] {
  const { config, hardware, told, learnt, trial } = device;
  const model = hardware && deviceModelOf(hardware);
  const onTrial = trial?.isTaken === false ? trial.variants[trial.index] : undefined;
  return [
    { source: 'config', traits: config, why: 'stations[].traits' },
    ...(onTrial === undefined
      ? []
      : [{ source: 'learnt' as const, traits: onTrial.change, why: `on trial: ${onTrial.why}` }]),
    // The newest first: it was learnt with the others in force.
    ...learnt.toReversed().map(({ change, why }) => ({ source: 'learnt' as const, traits: change, why })),
    ...(model === undefined ? [] : [{ source: 'model' as const, traits: model.traits, why: model.seenAt }]),
    { source: 'station', traits: told, why: 'its configuration' },
  ];
}

/** What is to be written once more as it was before it was refused. */
export const verified = ({ trial }: DeviceRecord): RefusedSetpoint['kind'] | undefined =>
  trial?.isTaken === true ? trial.kind : undefined;

/** What follows from a refusal. `later`: the same once more; `now`: written another way; `nothing`: no way is left. */
export type AfterRefusal = 'later' | 'now' | 'nothing';

/** A single refusal may be of the moment; two of the same are of the way it was written. */
const refusalsMax = 2;

/** The record after a station refused a setpoint that was written by its traits of now. */
export function afterRefusal(
  device: DeviceRecord,
  refused: RefusedSetpoint,
  circumstances: Circumstances,
  atMs: number,
): { readonly device: DeviceRecord; readonly next: AfterRefusal; readonly learnt?: LearntTrait | undefined } {
  if (device.isExhausted) return { device, next: 'later' };
  const { trial, refusals, attempt } = device;
  if (trial !== undefined) {
    if (trial.kind !== refused.kind) return { device, next: 'later' };
    if (trial.isTaken) return { ...withTaken(device, trial, atMs), next: 'now' };
    const moved = { ...trial, index: trial.index + 1 };
    if (moved.index < trial.variants.length)
      return { device: { ...device, trial: moved, attempt: attempt + 1 }, next: 'now' };
    return {
      device: { ...device, trial: undefined, attempt: attempt + 1, isExhausted: true },
      next: 'nothing',
    };
  }
  const count = refusals[refused.kind] + 1;
  const counted = { ...device, refusals: { ...refusals, [refused.kind]: count } };
  if (count < refusalsMax) return { device: counted, next: 'later' };
  const ways = variants(traitsOf(device), refused, circumstances).filter(({ change }) =>
    isOpen(device, change),
  );
  if (ways.length === 0) return { device: counted, next: 'later' };
  const begun = { kind: refused.kind, variants: ways, index: 0, isTaken: false };
  return { device: { ...counted, trial: begun, attempt: attempt + 1 }, next: 'now' };
}

/** What the config fixes is not tried otherwise. */
const isOpen = ({ config }: DeviceRecord, change: Partial<StationTraits>): boolean =>
  Object.entries(config).every(([name, value]) => value === undefined || !(name in change));

/**
 * The record after it took one. What was on trial is learnt when the way before is refused once more; where that is taken
 * now, the refusals were of the moment and nothing is learnt of them.
 */
export function afterAcceptance(
  device: DeviceRecord,
  kind: RefusedSetpoint['kind'],
  atMs: number,
): { readonly device: DeviceRecord; readonly learnt: LearntTrait | undefined } {
  const refusals = { ...device.refusals, [kind]: 0 };
  const calm = { ...device, refusals, isExhausted: false };
  const { trial } = device;
  if (trial?.kind !== kind) return { device: calm, learnt: undefined };
  if (trial.isTaken) return { device: { ...calm, trial: undefined }, learnt: undefined };
  if (isOfAmount(trial)) return withTaken(calm, trial, atMs);
  const taken = { ...trial, isTaken: true };
  return { device: { ...calm, trial: taken, attempt: device.attempt + 1 }, learnt: undefined };
}

/** Whether it depends on how many amps were written: the next ones may be others, and prove nothing. */
const isOfAmount = ({ variants: ways, index }: Trial): boolean => 'takesZero' in (ways[index]?.change ?? {});

function withTaken(
  device: DeviceRecord,
  { variants: ways, index }: Trial,
  atMs: number,
): { readonly device: DeviceRecord; readonly learnt: LearntTrait | undefined } {
  const taken = ways[index];
  const over = { ...device, trial: undefined, attempt: device.attempt + 1 };
  if (taken === undefined) return { device: over, learnt: undefined };
  const learnt = { ...taken, atMs, firmware: device.hardware?.firmware };
  return { device: { ...over, learnt: withLearnt(device.learnt, learnt) }, learnt };
}

/** It taught something without refusing anything. */
export const withLesson = (device: DeviceRecord, lesson: LearntTrait): DeviceRecord => ({
  ...device,
  learnt: withLearnt(device.learnt, lesson),
  attempt: device.attempt + 1,
});

/** One for each set of traits: what is learnt again replaces what was. */
function withLearnt(held: readonly LearntTrait[], learnt: LearntTrait): readonly LearntTrait[] {
  const names = Object.keys(learnt.change);
  return [...held.filter(({ change }) => !Object.keys(change).every((name) => names.includes(name))), learnt];
}

/** The station said what it is. Under another firmware it may do what it refused before. */
export function withHardware(device: DeviceRecord, hardware: StationHardware): DeviceRecord {
  const learnt = device.learnt.filter(({ firmware }) => firmware === hardware.firmware);
  return { ...device, hardware, learnt };
}

/** The station said what it can be told. */
export const withTold = (device: DeviceRecord, told: Partial<StationTraits>): DeviceRecord => ({
  ...device,
  told: { ...device.told, ...told },
});

/** It came back: every way is open again. */
export const withConnection = (device: DeviceRecord, protocol: string): DeviceRecord => ({
  ...device,
  protocol,
  isExhausted: false,
});
