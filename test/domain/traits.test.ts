import { describe, expect, it } from 'vitest';
import { deviceModelOf, deviceModels } from '../../src/domain/deviceModels.ts';
import {
  afterAcceptance,
  afterRefusal,
  type DeviceRecord,
  layersOf,
  newDevice,
  traitsOf,
  verified,
  withConnection,
  withHardware,
  withTold,
} from '../../src/domain/deviceRecord.ts';
import type { RefusedSetpoint } from '../../src/domain/traitLadder.ts';
import { explainedTraits, leaseMsOf, resolvedTraits, type StationTraits } from '../../src/domain/traits.ts';

const hardware = (vendor: string, model = 'One', firmware = '1.0') => ({
  vendor,
  model,
  serialNumber: undefined,
  firmware,
});
const single = { evseCount: 1, takesWatts: true };
const refuse = (
  device: DeviceRecord,
  refused: Partial<RefusedSetpoint> = {},
  circumstances = single,
): ReturnType<typeof afterRefusal> =>
  afterRefusal(device, { kind: 'lease', amps: 16, reason: 'Rejected', ...refused }, circumstances, 5_000);

/** Everything a station is tried with that refuses all of it. */
function tried(device: DeviceRecord, refused: Partial<RefusedSetpoint> = {}, circumstances = single) {
  const ways: Partial<StationTraits>[] = [];
  let now = refuse(refuse(device, refused, circumstances).device, refused, circumstances);
  for (; now.next === 'now'; now = refuse(now.device, refused, circumstances)) {
    ways.push(now.device.trial?.variants[now.device.trial.index]?.change ?? {});
  }
  return { ways, next: now.next, device: now.device };
}

describe('the traits of a station', () => {
  it('are what is usual where nobody says anything', () => {
    const lines = explainedTraits(layersOf(newDevice({})));
    expect(lines.every(({ source }) => source === 'default')).toBe(true);
    expect(traitsOf(newDevice({}))).toMatchObject({ unit: 'A', rung: 'transaction', leaseForm: 'tail' });
  });

  it('come from the config, what was learnt, the model and its configuration, in this order', () => {
    const learnt = {
      change: { stackLevelMax: 0, takesZero: false },
      why: 'refused',
      atMs: 0,
      firmware: '1.0',
    };
    const told = { unit: 'W', stackLevelMax: 9, periodsMax: 5, resumes: 'well' } as const;
    const known = withTold(withHardware(newDevice({ stepAmps: 2 }), hardware('go-e')), told);
    const lines = explainedTraits(layersOf({ ...known, learnt: [learnt] }));
    const of = (name: keyof StationTraits) => {
      const line = lines.find((each) => each.name === name);
      return [line?.value, line?.source];
    };
    expect(of('stepAmps')).toEqual([2, 'config']);
    expect(of('stackLevelMax')).toEqual([0, 'learnt']);
    expect(of('unit')).toEqual(['A', 'model']);
    expect(of('periodsMax')).toEqual([5, 'station']);
    expect(of('kind')).toEqual(['absolute', 'default']);
  });

  it('of a model say who met it', () => {
    const line = explainedTraits(layersOf(withHardware(newDevice({}), hardware('ABB', 'Terra AC')))).find(
      ({ name }) => name === 'takesZero',
    );
    expect(line).toMatchObject({ value: false, source: 'model' });
    expect(line?.why).toContain('evcc#15493');
  });

  it.each<[string, Partial<StationTraits>, Partial<StationTraits>]>([
    ['one period can only end', { periodsMax: 1 }, { leaseForm: 'duration' }],
    [
      'one period that outlives its session never ends',
      { periodsMax: 1, rung: 'transaction default' },
      { leaseForm: 'none' },
    ],
    [
      'what outlives its session does not count from its start',
      { kind: 'relative', rung: 'station maximum' },
      { kind: 'absolute' },
    ],
    ['a key of the maker never ends', { rung: 'vendor key' }, { leaseForm: 'none' }],
  ])('fit together: %s', (_why, traits, expected) => {
    expect(resolvedTraits([{ source: 'config', traits, why: '' }])).toMatchObject(expected);
  });

  it('know dynamic profiles and the lease of 2.1 at stations of 2.1 alone', () => {
    const device = newDevice({ kind: 'dynamic', leaseForm: 'offline' });
    expect(traitsOf(withConnection(device, 'ocpp2.1'))).toMatchObject({
      kind: 'dynamic',
      leaseForm: 'offline',
    });
    expect(traitsOf(withConnection(device, 'ocpp2.0.1'))).toMatchObject({
      kind: 'absolute',
      leaseForm: 'tail',
    });
  });

  it('make leases longer where each renewal wears a memory out', () => {
    const lease = { rung: 'transaction', leaseForm: 'tail', persistentPerHour: 12 } as const;
    expect(leaseMsOf(lease, 120_000)).toBe(120_000);
    expect(leaseMsOf({ ...lease, rung: 'transaction default' }, 120_000)).toBe(600_000);
    expect(leaseMsOf({ ...lease, leaseForm: 'none' }, 120_000)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the table of devices', () => {
  it.each([
    ['ABB', 'Terra AC W22', { stackLevelMax: 0, takesZero: false }],
    ['Wallbox', 'Pulsar Plus', { kind: 'relative', stackLevelMax: 0 }],
    ['HUAWEI', 'FusionCharge', { unit: 'W', takesZero: false }],
    ['go-e', 'HOME+', { unit: 'A', resumes: 'at full power' }],
    ['Easee', 'Home', { standingKind: 'absolute' }],
    ['Garo', 'GLB', { unit: 'A' }],
    ['EVBox', 'Elvi', { stackLevelMax: 0 }],
    ['Mennekes', 'Amtron 4Business', { answersWithinS: 60 }],
  ])('knows %s %s', (vendor, model, traits) => {
    expect(deviceModelOf({ vendor, model })?.traits).toMatchObject(traits);
  });

  it('does not know everybody, and names a source in every row', () => {
    expect(deviceModelOf({ vendor: 'ABB', model: 'Something else' })).toBeUndefined();
    for (const { seenAt } of deviceModels) expect(seenAt).toMatch(/#|template|changelog/);
  });
});

describe('a station that refuses setpoints', () => {
  it('is told the same once more before anything is concluded', () => {
    const first = refuse(newDevice({}));
    expect(first.next).toBe('later');
    expect(traitsOf(first.device)).toEqual(traitsOf(newDevice({})));
    expect(refuse(first.device).next).toBe('now');
  });

  it('is tried with every form, then with every rung below', () => {
    const { ways, next } = tried(newDevice({}));
    expect(ways.slice(0, 7)).toEqual([
      { stackLevelMax: 0 },
      { periodsMax: 1 },
      { kind: 'relative' },
      { unit: 'W' },
      { phasesHonoured: false },
      { rung: 'transaction default' },
      { stackLevelMax: 0, rung: 'transaction default' },
    ]);
    expect(ways.map(({ rung }) => rung)).toContain('station maximum');
    expect(ways.map(({ rung }) => rung)).not.toContain('vendor key');
    expect(next).toBe('nothing');
  });

  it.each<[string, Partial<RefusedSetpoint>, Partial<StationTraits>]>([
    ['UnsupportedRateUnit', {}, { unit: 'W' }],
    ['InvalidStackLevel', {}, { stackLevelMax: 0 }],
    ['UnsupportedKind', {}, { kind: 'relative' }],
    ['Rejected NoPhaseForDC', {}, { phasesHonoured: false }],
    ['UnsupportedPurpose', {}, { rung: 'transaction default' }],
    ['Rejected', { amps: 0 }, { takesZero: false }],
    ['Rejected', { kind: 'standing' }, { standingKind: 'absolute' }],
  ])('for %s is first tried with what that means', (reason, refused, change) => {
    expect(tried(newDevice({}), { ...refused, reason }).ways[0]).toEqual(change);
  });

  it('for an unknown transaction is told the same again', () => {
    expect(tried(newDevice({}), { reason: 'Rejected TxNotFound' })).toMatchObject({
      ways: [],
      next: 'later',
    });
  });

  it('is not tried with what the config fixes, nor with its maximum where it has several EVSEs', () => {
    const { ways } = tried(newDevice({ unit: 'A', stackLevelMax: 8 }), {}, { ...single, evseCount: 2 });
    expect(ways.filter((way) => 'unit' in way || 'stackLevelMax' in way)).toEqual([]);
    expect(ways.map(({ rung }) => rung)).not.toContain('station maximum');
  });

  it('ends with the key of its maker, where there is one', () => {
    const vendorKey = { key: 'MaxCurrent', unit: 'A' } as const;
    expect(tried(newDevice({ vendorKey })).ways.map(({ rung }) => rung)).toContain('vendor key');
  });

  describe('and takes another way', () => {
    const trying = refuse(refuse(newDevice({}), {}).device).device;
    const taken = afterAcceptance(trying, 'lease', 5_000);

    it('is told once more as before: it may have refused for a reason of the moment', () => {
      expect(traitsOf(trying).stackLevelMax).toBe(0);
      expect(taken.learnt).toBeUndefined();
      expect(traitsOf(taken.device).stackLevelMax).toBe(8);
      expect([verified(trying), verified(taken.device)]).toEqual([undefined, 'lease']);
    });

    it('teaches it by refusing the way before again, for this firmware', () => {
      const { device, learnt, next } = refuse(taken.device);
      expect(learnt).toMatchObject({
        change: { stackLevelMax: 0 },
        why: 'refused stack level 1',
        atMs: 5_000,
      });
      expect(next).toBe('now');
      expect(traitsOf(device).stackLevelMax).toBe(0);
      expect(verified(device)).toBeUndefined();
      expect(traitsOf(withHardware(device, hardware('X', 'One', '2.0'))).stackLevelMax).toBe(8);
    });

    it('teaches nothing when it takes the way before as well', () => {
      const { device, learnt } = afterAcceptance(taken.device, 'lease', 6_000);
      expect(learnt).toBeUndefined();
      expect(traitsOf(device)).toEqual(traitsOf(newDevice({})));
      expect(verified(device)).toBeUndefined();
    });

    it('teaches at once that it takes no 0 A: the next setpoint may be another', () => {
      const zero = refuse(refuse(newDevice({}), { amps: 0 }).device, { amps: 0 }).device;
      const { device, learnt } = afterAcceptance(zero, 'lease', 5_000);
      expect(learnt).toMatchObject({ change: { takesZero: false } });
      expect(traitsOf(device).takesZero).toBe(false);
    });
  });

  it('teaches nothing by taking the same again', () => {
    const { device, learnt } = afterAcceptance(refuse(newDevice({})).device, 'lease', 0);
    expect(learnt).toBeUndefined();
    expect(device.refusals.lease).toBe(0);
  });

  it('is not tried for ever: after everything was refused it is told as usual, until it comes back', () => {
    const { device } = tried(newDevice({}));
    expect(device.isExhausted).toBe(true);
    expect(refuse(refuse(device).device).next).toBe('later');
    const back = withConnection(device, 'ocpp1.6');
    expect(refuse(refuse(back).device).next).toBe('now');
  });
});
