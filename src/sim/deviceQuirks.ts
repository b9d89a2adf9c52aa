import type { Quirks } from './quirks.ts';
import type { Firmware } from './stationState.ts';

/** What devices in the field do, in the words of those who met it: one row is one misbehaviour of one station. */
export interface DeviceQuirk {
  /** Device and report, as repository#number. */
  readonly seenAt: string;
  readonly quirks: Quirks;
  readonly firmware: Partial<Firmware>;
}

const quirk = (seenAt: string, quirks: Quirks, firmware: Partial<Firmware> = {}): DeviceQuirk => ({
  seenAt,
  quirks,
  firmware,
});

/** Every quirk by a name to ask for. Q numbers go through the list of what was collected from the field. */
export const deviceQuirks = {
  // Q1 to Q6: purposes, kinds, levels
  'Q1 needs the transaction id': quirk('ABB: evcc#15493, libocpp#299', { needsTransactionId: true }),
  'Q2 default waits for the next transaction': quirk('connectorio-addons#160, Easee: evcc documentation', {
    defaultWaitsForNext: true,
  }),
  'Q3 no station maximum': quirk('EVBox Elvi: lbbrhzn/ocpp#221, #312', { refusedPurposes: ['max'] }),
  'Q3 station maximum only': quirk('guide quoted in lbbrhzn/ocpp#221', {
    refusedPurposes: ['default', 'transaction'],
  }),
  'Q5 no relative schedules': quirk('Easee: evcc#15493', { refusedKinds: ['relative'] }),
  'Q5 relative schedules only': quirk('Wallbox: evcc template ocpp-wallbox', {
    refusedKinds: ['absolute', 'daily', 'weekly'],
  }),
  'Q6 stack level 0 only': quirk('Wallbox, ABB Terra AC: evcc#4957', {}, { maxStackLevel: 0 }),
  'Q6 lower stack level than announced': quirk(
    'ABB Terra AC: lbbrhzn/ocpp#1737',
    { realMaxStackLevel: 0 },
    { maxStackLevel: 3 },
  ),

  // Q7, Q8: the pause
  'Q7 refuses 0 A': quirk('ABB Terra AC: evcc#15493, #16768', { refusesZero: true }),
  'Q8 stays paused': quirk('Wallbox: ocpp-rpc#81, evcc#14348; Huawei: evcc#29272', {
    afterPause: 'stays paused',
  }),
  'Q8 resumes at full power': quirk('go-e: go-eCharger-API-v2#155', { afterPause: 'full power' }),

  // Q9 to Q11: units, steps, phases
  'Q9 amps only': quirk('Garo: lbbrhzn/ocpp#1035; go-e: go-eCharger-API-v2#190', {}, { units: ['A'] }),
  'Q9 watts only': quirk('Huawei: evcc forcepowerctrl; lbbrhzn/ocpp#2084', {}, { units: ['W'] }),
  'Q9 watts without effect': quirk('go-e: go-eCharger-API-v2#105', { droppedUnits: ['W'] }),
  'Q10 steps of its own': quirk('NEcharge: evcc template ocpp-necharge', {
    settableAmps: [6, 8, 10, 13, 16],
  }),
  'Q11 ignores numberPhases': quirk('go-e: go-eCharger-API-v2#154', { ignoresNumberPhases: true }),

  // Q12 to Q14: time
  'Q12 slow clock': quirk('evcc#16263', { clockOffsetMs: -45_000 }),
  'Q13 needs startSchedule': quirk('citrineos-core#785', {}, { needsStartSchedule: true }),
  'Q14 wrong clock until it booted': quirk('steve#136', { clockOffsetBeforeBootMs: -2 * 3_600_000 }),

  // Q15 to Q19: what it keeps
  'Q15 forgets its lease offline': quirk('go-e: go-eCharger-API-v2#217', {
    forgetsOffline: ['transaction'],
  }),
  'Q15 forgets everything offline': quirk('go-e firmware 56.2: go-eCharger-API-v2#217', {
    forgetsOffline: ['max', 'default', 'transaction'],
  }),
  'Q16 forgets its default when it restarts': quirk('MicroOcpp#332', { forgetsAtRestart: ['default'] }),
  'Q16 holds the first period for ever': quirk('stuck profile: lbbrhzn/ocpp#879', {
    ignoresLaterPeriods: true,
  }),
  'Q16 ignores the end of a schedule': quirk('lbbrhzn/ocpp#879', { ignoresEnds: true }),
  'Q18 clear unknown': quirk('ZJ Beny: lbbrhzn/ocpp#1078', { clears: 'nothing, and says unknown' }),
  'Q18 clear without effect': quirk('ABB: lbbrhzn/ocpp#1737', { clears: 'nothing, and says accepted' }),
  'Q19 refuses duplicates': quirk('every lawful 2.0.1 station', {}, { refusesDuplicates: true }),
  'Q19 keeps finished profiles': quirk(
    'lbbrhzn/ocpp#2136',
    { keepsFinishedProfiles: true },
    { maxProfiles: 2 },
  ),

  // Q20 to Q24: what it makes of a schedule
  'Q20 one period': quirk('ev-server#1713', {}, { maxPeriods: 1 }),
  'Q21 accepts and ignores leases': quirk('go-eCharger-API-v2#105, #249', {
    droppedPurposes: ['transaction'],
  }),
  'Q21 accepts and ignores everything': quirk('MicroOcppSimulator#14', {
    droppedPurposes: ['max', 'default', 'transaction'],
  }),
  'Q22 no composite schedule': quirk('Delta: steve#44', { refusesComposite: true }),
  'Q22 falls 30 s late': quirk('libocpp#811', { changeLagMs: 30_000 }),
  'Q23 a lower limit of its own': quirk('Easee circuit limits; Schneider: lbbrhzn/ocpp#877', {
    localLimitAmps: 10,
  }),
  'Q24 station maximum for each connector': quirk('MicroOcppSimulator#21', { isMaximumPerConnector: true }),

  // Q25 to Q33: the wire
  'Q25 answers after 60 s': quirk('Mennekes 4Business: evcc#26837', { answerDelayMs: 60_000 }),
  'Q26 never boots': quirk('evcc asks for it after 5 s', { neverBoots: true }),
  'Q26 never redials': quirk('JIGU: lbbrhzn/ocpp#1975', { neverRedials: true }),
  'Q26 silent for minutes': quirk('FoxESS: lbbrhzn/ocpp, supported devices', {
    silentGap: { everyMs: 3_600_000, lastsMs: 10 * 60_000 },
  }),
  'Q27 restarts when it is configured': quirk('ABB Terra AC: lbbrhzn/ocpp#1275', {
    restartsWhenConfigured: true,
  }),
  'Q28 meters every 2 min': quirk('Zaptec', { meterIntervalSMin: 120 }),
  'Q28 no offered current': quirk('Easee: evcc#29783', { missingMeasurands: ['Current.Offered'] }),
  'Q28 no current at all': quirk('stations that meter energy only', {
    missingMeasurands: ['Current.Import', 'Current.Offered'],
  }),
  'Q28 phases in the wrong order': quirk('EVBox Elvi: evcc template', { phasesShiftedBy: 1 }),
  'Q29 profiles fail in its RPC layer': quirk('FoxESS 2.0.1: lbbrhzn/ocpp, supported devices', {
    profileErrorCode: 'PropertyConstraintViolation',
  }),
  'Q30 no smart charging': quirk('lbbrhzn/ocpp#1959; Keba: ev-server', { hasNoSmartCharging: true }),
  'Q31 hides its smart charging': quirk('lbbrhzn/ocpp force_smart_charging', { hidesSmartCharging: true }),
  'Q32 direct current': quirk(
    'every lawful DC station of 2.0.1',
    { refusesNumberPhases: true },
    { units: ['W'] },
  ),
  'Q33 digests the start of a transaction': quirk('steve#1376', { digestsStartMs: 20_000 }),
} as const satisfies Record<string, DeviceQuirk>;

export type DeviceQuirkName = keyof typeof deviceQuirks;
