import { describe, expect, it } from 'vitest';
import { effectRefusal, type OurProfiles, type StationEffect } from '../../src/domain/stationEffect.ts';

const maximum: Extract<StationEffect, { kind: 'sets profile' }> = {
  kind: 'sets profile',
  isStationMaximum: true,
  profileId: 99,
  stackLevel: 5,
  isOurs: false,
};

const ours: OurProfiles = { stackLevels: [0, 1], areStationMaximum: false };

describe('a message that an operator wants sent', () => {
  it.each<[string, StationEffect]>([
    ['bounds the station as a whole', maximum],
    ['clears profiles that cannot be ours', { kind: 'clears profiles', of: 'nothing of ours' }],
    ['clears what bounds the station as a whole', { kind: 'clears profiles', of: 'station maximum' }],
  ])('goes through when it %s', (_what, effect) => {
    expect(effectRefusal(effect, ours)).toBeUndefined();
  });

  it.each<[string, StationEffect, RegExp]>([
    ['sets a profile that prevails', { ...maximum, isStationMaximum: false }, /POST \/api\/v1\/limits/],
    ['takes the id of ours', { ...maximum, isOurs: true }, /99 is one of ours: choose another/],
    ['takes the level of ours', { ...maximum, stackLevel: 1 }, /stack level 1/],
    ['may clear ours', { kind: 'clears profiles', of: 'anything' }, /name a profile id/],
    ['starts with a profile', { kind: 'starts with profile' }, /remote-start/],
    ['changes a profile in place', { kind: 'updates profile' }, /POST \/api\/v1\/limits/],
    ['gives a profile priority', { kind: 'gives priority', transactionId: 'T' }, /PATCH \/api\/v1\/sessions/],
    ['switches smart charging off', { kind: 'switches smart charging off', key: 'K' }, /"K"/],
    ['changes the password', { kind: 'changes password', key: 'K' }, /locked out/],
    [
      'changes what is set at each boot',
      { kind: 'changes managed setting', key: 'K', setBy: 'ocpp.meterIntervalS' },
      /change ocpp.meterIntervalS in the config/,
    ],
  ])('is kept back when it %s, and told what to do instead', (_what, effect, reason) => {
    expect(effectRefusal(effect, ours)).toMatch(reason);
  });
});

describe('a message to a station whose setpoints are written as its maximum', () => {
  const whole: OurProfiles = { stackLevels: [1, 1], areStationMaximum: true };

  it.each([
    [0, undefined],
    [1, /stack level 1 would prevail/],
    [5, /POST \/api\/v1\/limits/],
  ])('may not set another maximum at their stack level or above: %i', (stackLevel, reason) => {
    const refusal = effectRefusal({ ...maximum, stackLevel }, whole);
    if (reason === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatch(reason);
  });

  it('may not clear them', () => {
    expect(effectRefusal({ kind: 'clears profiles', of: 'station maximum' }, whole)).toMatch(/profile id/);
    expect(effectRefusal({ kind: 'clears profiles', of: 'nothing of ours' }, whole)).toBeUndefined();
  });
});
