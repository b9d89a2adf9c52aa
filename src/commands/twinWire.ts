import type { StationCommand } from '../control/ports.ts';
import { answer } from '../domain/token.ts';
import { createLogger } from '../log.ts';
import type { Dialect } from '../ocpp/dialect.ts';
import { liveNews } from '../ocpp/liveNews.ts';
import { ProfileBook } from '../ocpp/profileBook.ts';
import { clearing } from '../ocpp/setpoint.ts';
import { StationClock } from '../ocpp/stationClock.ts';
import { StationMemory } from '../ocpp/stationMemory.ts';
import { dialect16 } from '../ocpp/v16/dialect.ts';
import {
  clearChargingProfile as clearChargingProfile16,
  setChargingProfile as setChargingProfile16,
  startAgain as startAgain16,
} from '../ocpp/v16/fromDomain.ts';
import { dialect21 } from '../ocpp/v21/dialect.ts';
import { dialect201 } from '../ocpp/v201/dialect.ts';
import {
  clearChargingProfile as clearChargingProfile201,
  setChargingProfile as setChargingProfile201,
  startAgain as startAgain201,
} from '../ocpp/v201/fromDomain.ts';
import type { Call } from '../sim/stationCodec.ts';
import type { EarPorts, TwinEar, TwinProtocol } from '../sim/twin/ports.ts';

const silentLog = createLogger('silent');

const dialects: Readonly<Record<TwinProtocol, Dialect>> = {
  'ocpp1.6': dialect16,
  'ocpp2.0.1': dialect201,
  'ocpp2.1': dialect21,
};

/** The service's end of a station's wire without its socket: its own dialects, with everything through JSON. */
export function createEar(protocol: TwinProtocol, ports: EarPorts): TwinEar {
  const { stationId, process } = ports;
  const dialect = dialects[protocol];
  const clock = new StationClock();
  const scope = {
    stationId,
    memory: new StationMemory(),
    profiles: new ProfileBook(),
    log: silentLog,
    heartbeatIntervalS: ports.heartbeatIntervalS,
    nowMs: () => process.nowMs(),
    instant: (text: string) => clock.read(text, process.monotonicMs()),
    authorize: async () => answer('accepted'),
    transactionNumber: async (start: object) => ports.transactionNumber(JSON.stringify(start)),
    signCertificate: () => ({ status: 'refused' as const, why: 'no certificate authority in this world' }),
    // The world is left without it: a transaction that nobody knows tells of itself with its next meter values.
    askForMeterValues: () => {},
    askContracts: async () => undefined,
    streams: new Map<number, number>(),
    givesProfiles: () => true,
    // Its stations are of 1.6 and 2.0.1, and told by schedules alone.
    readProfiles: () => {},
    pulledLimit: () => undefined,
    scheduleQuery: () => undefined,
  };
  return {
    async answer({ action, payload }) {
      const handler = dialect.handlers.get(action);
      if (handler === undefined) throw new Error(`${protocol} has no handler for ${action}`);
      const { response, news = [] } = await handler(throughJson(payload), scope);
      return {
        response: throughJson(response),
        news: () => news.map((each) => liveNews(each, clock, process.monotonicMs())),
      };
    },
    call: (command, stationNowMs) => throughJson(callOf(protocol, command, stationNowMs)),
    get clockAheadMs() {
      return clock.aheadMs;
    },
  };
}

function callOf(protocol: TwinProtocol, command: StationCommand, nowMs: number): Call {
  const is16 = protocol === 'ocpp1.6';
  switch (command.kind) {
    case 'remote start':
      return is16
        ? { action: 'RemoteStartTransaction', payload: startAgain16(command) }
        : { action: 'RequestStartTransaction', payload: startAgain201(command) };
    case 'remote stop': {
      const { transactionId } = command;
      return is16
        ? { action: 'RemoteStopTransaction', payload: { transactionId: Number(transactionId) } }
        : { action: 'RequestStopTransaction', payload: { transactionId } };
    }
    case 'clear': {
      const left = clearing(command);
      return {
        action: 'ClearChargingProfile',
        payload: is16 ? clearChargingProfile16(left) : clearChargingProfile201(left),
      };
    }
    case 'end priority': {
      const { transactionId } = command;
      return { action: 'UsePriorityCharging', payload: { transactionId, activate: false } };
    }
    default: {
      const payload = is16 ? setChargingProfile16(command, nowMs) : setChargingProfile201(command, nowMs);
      return { action: 'SetChargingProfile', payload };
    }
  }
}

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));
