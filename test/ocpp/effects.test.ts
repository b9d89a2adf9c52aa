import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/ocpp/dialects.ts';

const effectsOf = (protocol: string, action: string, payload: object) =>
  dialects.get(protocol)?.messages.effects({ action, payload });

const profile16 = (change: object) => ({
  connectorId: 0,
  csChargingProfiles: {
    chargingProfileId: 99,
    stackLevel: 3,
    chargingProfilePurpose: 'ChargePointMaxProfile',
    ...change,
  },
});
const profile2 = (change: object) => ({
  evseId: 0,
  chargingProfile: { id: 99, stackLevel: 3, chargingProfilePurpose: 'ChargingStationMaxProfile', ...change },
});
const set2 = (component: string, variable: string, attributeValue: string) => ({
  setVariableData: [{ component: { name: component }, variable: { name: variable }, attributeValue }],
});

describe('what a message of OCPP 1.6 would do to the limits of a station', () => {
  it('a profile of the station as a whole is told apart from one that prevails over ours', () => {
    const whole = {
      kind: 'sets profile',
      isStationMaximum: true,
      profileId: 99,
      stackLevel: 3,
      isOurs: false,
    };
    expect(effectsOf('ocpp1.6', 'SetChargingProfile', profile16({}))).toEqual([whole]);
    expect(
      effectsOf('ocpp1.6', 'SetChargingProfile', profile16({ chargingProfilePurpose: 'TxProfile' })),
    ).toMatchObject([{ isStationMaximum: false }]);
  });

  it.each([2, 10, 11, 20, 21, 320])('profile id %i is one of ours', (chargingProfileId) => {
    expect(effectsOf('ocpp1.6', 'SetChargingProfile', profile16({ chargingProfileId }))).toMatchObject([
      { isOurs: true },
    ]);
  });

  it.each([
    [{}, 'anything'],
    [{ connectorId: 1 }, 'anything'],
    [{ chargingProfilePurpose: 'TxProfile' }, 'anything'],
    [{ id: 11 }, 'anything'],
    [{ id: 99 }, 'nothing of ours'],
    [{ chargingProfilePurpose: 'ChargePointMaxProfile' }, 'station maximum'],
  ])('clearing %j takes what is of %s', (payload, of) => {
    expect(effectsOf('ocpp1.6', 'ClearChargingProfile', payload)).toEqual([{ kind: 'clears profiles', of }]);
  });

  it.each([
    [{ key: 'AuthorizationKey', value: 'x' }, 'changes password'],
    [{ key: 'authorizationkey', value: 'x' }, 'changes password'],
    [{ key: 'MeterValueSampleInterval', value: '900' }, 'changes managed setting'],
    [{ key: 'Vendor.SmartCharging', value: 'false' }, 'switches smart charging off'],
  ])('%j is seen', (payload, kind) => {
    expect(effectsOf('ocpp1.6', 'ChangeConfiguration', payload)).toMatchObject([{ kind }]);
  });

  it('a start with a profile is seen; everything else has none', () => {
    const start = { idTag: 'T', connectorId: 1 };
    expect(effectsOf('ocpp1.6', 'RemoteStartTransaction', { ...start, chargingProfile: {} })).toEqual([
      { kind: 'starts with profile' },
    ]);
    expect(effectsOf('ocpp1.6', 'RemoteStartTransaction', start)).toEqual([]);
    expect(effectsOf('ocpp1.6', 'ChangeConfiguration', { key: 'LightIntensity', value: '0' })).toEqual([]);
    expect(effectsOf('ocpp1.6', 'Reset', { type: 'Hard' })).toEqual([]);
  });
});

describe.each(['ocpp2.0.1', 'ocpp2.1'])(
  'what a message of %s would do to the limits of a station',
  (protocol) => {
    it.each([
      ['SetChargingProfile', profile2({}), { kind: 'sets profile', isStationMaximum: true, isOurs: false }],
      ['SetChargingProfile', profile2({ id: 20 }), { kind: 'sets profile', isOurs: true }],
      [
        'SetChargingProfile',
        profile2({ chargingProfilePurpose: 'PriorityCharging' }),
        { kind: 'sets profile', isStationMaximum: false },
      ],
      ['ClearChargingProfile', { chargingProfileId: 99 }, { kind: 'clears profiles', of: 'nothing of ours' }],
      [
        'ClearChargingProfile',
        { chargingProfileCriteria: { evseId: 1 } },
        { kind: 'clears profiles', of: 'anything' },
      ],
      [
        'RequestStartTransaction',
        { idToken: {}, remoteStartId: 1, chargingProfile: {} },
        { kind: 'starts with profile' },
      ],
      ['UpdateDynamicSchedule', { chargingProfileId: 11 }, { kind: 'updates profile' }],
      ['UsePriorityCharging', { transactionId: 'T', activate: true }, { kind: 'gives priority' }],
      [
        'SetVariables',
        set2('SmartChargingCtrlr', 'Enabled', 'false'),
        { kind: 'switches smart charging off', key: 'SmartChargingCtrlr.Enabled' },
      ],
      [
        'SetVariables',
        set2('securityctrlr', 'BasicAuthPassword', 'x'),
        { kind: 'changes password', key: 'securityctrlr.BasicAuthPassword' },
      ],
      [
        'SetVariables',
        set2('SampledDataCtrlr', 'TxUpdatedInterval', '900'),
        { kind: 'changes managed setting' },
      ],
    ])('%s %j is seen', (action, payload, effect) => {
      expect(effectsOf(protocol, action, payload)).toMatchObject([effect]);
    });

    it.each([
      ['UsePriorityCharging', { transactionId: 'T', activate: false }],
      ['SetVariables', set2('SmartChargingCtrlr', 'Enabled', 'true')],
      ['SetVariables', set2('DisplayMessageCtrlr', 'Language', 'sv')],
      ['Reset', { type: 'Immediate' }],
    ])('%s %j has none', (action, payload) => {
      expect(effectsOf(protocol, action, payload)).toEqual([]);
    });
  },
);
