import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { givenApp } from '../../app/givenApp.ts';
import { curtail, oneStationConfig } from '../../app/oneStation.ts';
import { eventually } from '../../eventually.ts';
import { type ChargingStation, connectCharging } from '../../ocpp/chargingStation.ts';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { nowText } from '../../ocpp/sockets.ts';
import type { Protocol } from '../csms.ts';
import { type Answers, charging, transactionEvent } from './charging.ts';

export interface CarAtStation {
  readonly station: ChargingStation;
  readonly api: string;
  /** What it was offered last: the schedule of the newest TxProfile. */
  offered(): Record<string, unknown>;
  /** Does something that a schedule has to follow, and gives what it returned; the schedule is `offered` then. */
  followedBySchedule<T>(act: () => Promise<T>): Promise<T>;
  sessions(): Promise<readonly object[]>;
  /** What the car means to do with the schedule it was offered, and how that is answered. */
  chose(change?: object): Promise<unknown>;
}

const ends: (() => Promise<void>)[] = [];

export const stopServices = async (): Promise<void> => {
  for (const end of ends.splice(0)) await end();
};

const profileOf = (call: Record<string, unknown>): Record<string, unknown> => Object(call['chargingProfile']);
const amps = (offered: Record<string, unknown>): number => Object(offered['chargingSchedulePeriod'])[0].limit;

const site = oneStationConfig.replace(/^.*meter:.*\n/m, '');

/** It takes every variable and tells none. */
const variables = {
  SetVariables: ({ setVariableData }: Record<string, unknown>) => ({
    setVariableResult: Array.from(Object(setVariableData), (each) => ({
      ...Object(each),
      attributeValue: undefined,
      attributeStatus: 'Accepted',
    })),
  }),
  GetVariables: ({ getVariableData }: Record<string, unknown>) => ({
    getVariableResult: Array.from(Object(getVariableData), (each) => ({
      ...Object(each),
      attributeStatus: 'UnknownVariable',
    })),
  }),
};

interface CarOptions {
  /** Of its EVSE. */
  readonly maxAmps?: number;
  /** Lines of the config about its site. */
  readonly more?: string;
  /** What its station can be told. */
  readonly traits?: string;
  readonly answers?: Answers;
}

/** The whole service, and a car of ISO 15118 at its one EVSE, where 22 A are free that it has all of. */
export async function carAtStation(
  protocol: Protocol,
  { maxAmps = 32, more = '', traits = '', answers = {} }: CarOptions = {},
): Promise<CarAtStation> {
  const { app, api } = await givenApp(
    `stations: [ { id: CP-A1, traits: {${traits}} } ]\n${site}`
      .replace('station: CP-A1', `station: CP-A1, maxAmps: ${maxAmps}`)
      .replace('- id: garage', `- id: garage\n${more}`),
  );
  const station = await connectCharging(
    { port: app.ocppPort, protocols: [protocol] },
    { ...variables, ...answers },
  );
  ends.push(async () => {
    station.socket.close();
    await app.stop();
  });
  await station.call('BootNotification', {
    reason: 'PowerUp',
    chargingStation: { vendorName: 'V', model: 'M' },
  });
  // Nothing is left there from before, so the car may have all that is free at once.
  for (const connectorStatus of ['Available', 'Occupied']) {
    const connector = { timestamp: nowText(), connectorStatus, evseId: 1, connectorId: 1 };
    await station.call('StatusNotification', connector);
  }
  const connected = { transactionInfo: { transactionId: 'tx-a', chargingState: 'EVConnected' } };
  await station.call('TransactionEvent', transactionEvent('Started', 0, connected));
  const given = () =>
    station
      .calls('SetChargingProfile')
      .map(profileOf)
      .filter(({ chargingProfilePurpose }) => chargingProfilePurpose === 'TxProfile');
  const offered = () => Object(given().at(-1)?.['chargingSchedule'])[0];
  await eventually(() => expect(amps(offered())).toBe(Math.min(22, maxAmps)));
  return {
    station,
    api,
    offered,
    sessions: async () => (await fetch(`${api}/api/v1/sessions?state=running`)).json() as Promise<object[]>,
    async followedBySchedule(act) {
      const before = given().length;
      const result = await act();
      await eventually(() => expect(given().length).toBeGreaterThan(before));
      expect(given().at(-1)).toMatchObject({ transactionId: 'tx-a' });
      return result;
    },
    async chose(change = {}) {
      const { startSchedule: timeBase = nowText(), ...chargingSchedule } = { ...offered(), ...change };
      const told = { evseId: 1, timeBase, chargingSchedule };
      return (await station.call('NotifyEVChargingSchedule', told))[2];
    },
  };
}

const needs = (more: object = {}) => ({
  evseId: 1,
  maxScheduleTuples: 3,
  chargingNeeds: {
    requestedEnergyTransfer: 'AC_three_phase',
    acChargingParameters: { energyAmount: 20_000, evMinCurrent: 6, evMaxCurrent: 32, evMaxVoltage: 400 },
    ...more,
  },
});

/** A plan of the car that goes beyond what it was offered. */
export const tooMuch = (car: CarAtStation) => ({
  duration: 60,
  chargingSchedulePeriod: [{ startPeriod: 0, limit: amps(car.offered()) + 4 }],
});

/** Block K, schedules that a car of ISO 15118 asks for and answers, the same in both versions. */
export function carSchedules(protocol: Protocol): void {
  describe('K15 to K17, a car of ISO 15118', () => {
    let car: CarAtStation;
    beforeEach(async () => {
      car = await carAtStation(protocol);
    });
    afterEach(stopServices);

    const told = async (more: object = {}) =>
      (await car.station.call('NotifyEVChargingNeeds', needs(more)))[2];

    it('TC_K_53: has its needs accepted and a schedule follows, which it keeps to [K15.FR.02, K15.FR.03, K15.FR.11]', async () => {
      expect(await car.followedBySchedule(told)).toEqual({ status: 'Accepted' });
      expect(await car.chose()).toEqual({ status: 'Accepted' });
    });

    it('TC_K_55: that means to take more is refused, and told again [K15.FR.12, K15.FR.13]', async () => {
      await car.followedBySchedule(told);
      expect(await car.followedBySchedule(() => car.chose(tooMuch(car)))).toEqual({ status: 'Rejected' });
    });

    it('TC_K_57: that tells new needs has them accepted and a new schedule follows, which it keeps to [K17.FR.02, K17.FR.03, K17.FR.11]', async () => {
      await car.followedBySchedule(told);
      const later = { departureTime: new Date(Date.now() + 8 * 3_600_000).toISOString() };
      expect(await car.followedBySchedule(() => told(later))).toEqual({ status: 'Accepted' });
      expect(await car.chose()).toEqual({ status: 'Accepted' });
    });

    it('TC_K_58: keeps to a schedule that was changed under it, or is refused and told again [K16.FR.06, K16.FR.07, K16.FR.08]', async () => {
      await car.followedBySchedule(() => curtail(car.api));
      expect(amps(car.offered())).toBe(8);
      expect(await car.chose()).toEqual({ status: 'Accepted' });
      expect(await car.followedBySchedule(() => car.chose(tooMuch(car)))).toEqual({ status: 'Rejected' });
    });

    it('TC_K_59: that tells its needs again after that gets a schedule again [K16.FR.12]', async () => {
      await car.followedBySchedule(() => curtail(car.api));
      expect(await car.followedBySchedule(told)).toEqual({ status: 'Accepted' });
      expect(await car.chose()).toEqual({ status: 'Accepted' });
    });
  });

  describe('K15, a car without a transaction', () => {
    afterEach(stopGateways);

    it('is refused a schedule', async () => {
      const { station } = await charging(protocol);
      const answered = await station.call('NotifyEVChargingNeeds', { ...needs(), evseId: 2 });
      expect(answered[2]).toEqual({ status: 'Rejected' });
    });
  });
}
