import { describe, expect, it } from 'vitest';
import { effectRefusal, type StationEffect } from '../../src/domain/stationEffect.ts';

const maximum: Extract<StationEffect, { kind: 'sets profile' }> = {
  kind: 'sets profile',
  isStationMaximum: true,
  profileId: 99,
  stackLevel: 5,
  isOurs: false,
};

describe('a message that an operator wants sent', () => {
  it.each<[string, StationEffect]>([
    ['bounds the station as a whole', maximum],
    ['clears profiles that cannot be ours', { kind: 'clears profiles', mayBeOurs: false }],
  ])('goes through when it %s', (_what, effect) => {
    expect(effectRefusal(effect, [0, 1])).toBeUndefined();
  });

  it.each<[string, StationEffect, RegExp]>([
    ['sets a profile that prevails', { ...maximum, isStationMaximum: false }, /POST \/api\/v1\/limits/],
    ['takes the id of ours', { ...maximum, isOurs: true }, /99 is one of ours: choose another/],
    ['takes the level of ours', { ...maximum, stackLevel: 1 }, /stack level 1/],
    ['may clear ours', { kind: 'clears profiles', mayBeOurs: true }, /name a profile id/],
    ['starts with a profile', { kind: 'starts with profile' }, /remote-start/],
    ['changes a profile in place', { kind: 'updates profile' }, /POST \/api\/v1\/limits/],
    ['gives a profile priority', { kind: 'gives priority' }, /PATCH \/api\/v1\/sessions/],
    ['switches smart charging off', { kind: 'switches smart charging off', key: 'K' }, /"K"/],
    ['changes the password', { kind: 'changes password', key: 'K' }, /locked out/],
    [
      'changes what is set at each boot',
      { kind: 'changes managed setting', key: 'K', setBy: 'ocpp.meterIntervalS' },
      /change ocpp.meterIntervalS in the config/,
    ],
  ])('is kept back when it %s, and told what to do instead', (_what, effect, reason) => {
    expect(effectRefusal(effect, [0, 1])).toMatch(reason);
  });
});
