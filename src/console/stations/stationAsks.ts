import type { EvseBody } from '../../http/schemas.ts';

/** What a station can be asked for on the page; the API knows more. */
export interface Ask {
  /** The API's name for it. */
  readonly command: string;
  /** `either`: an EVSE or the station as a whole. */
  readonly where: 'station' | 'evse' | 'either';
  /** Somebody who charges there would notice. */
  readonly isGrave?: boolean;
  readonly needsToken?: boolean;
  /** Of the EVSE where there is one; undefined when it cannot be asked there. */
  body(told: { readonly evse: EvseBody | undefined; readonly token: string }): object | undefined;
}

const at = (evse: EvseBody | undefined): object => (evse === undefined ? {} : { evseNumber: evse.number });

export const asks = {
  state: {
    command: 'trigger-message',
    where: 'either',
    body: ({ evse }) => ({ message: 'StatusNotification', ...at(evse) }),
  },
  schedule: {
    command: 'composite-schedule',
    where: 'evse',
    body: ({ evse }) => ({ durationS: 600, ...at(evse) }),
  },
  configuration: { command: 'get-configuration', where: 'station', body: () => ({ keys: [] }) },
  start: {
    command: 'remote-start',
    where: 'evse',
    needsToken: true,
    body: ({ evse, token }) => ({ tokenId: token, ...at(evse) }),
  },
  stop: {
    command: 'remote-stop',
    where: 'evse',
    isGrave: true,
    body: ({ evse }) => (evse?.session == null ? undefined : { transactionId: evse.session.transactionId }),
  },
  unlock: { command: 'unlock', where: 'evse', isGrave: true, body: ({ evse }) => at(evse) },
  on: {
    command: 'change-availability',
    where: 'either',
    body: ({ evse }) => ({ isOperative: true, ...at(evse) }),
  },
  off: {
    command: 'change-availability',
    where: 'either',
    isGrave: true,
    body: ({ evse }) => ({ isOperative: false, ...at(evse) }),
  },
  clear: { command: 'clear-cache', where: 'station', body: () => ({}) },
  reset: { command: 'reset', where: 'station', body: () => ({ urgency: 'graceful' }) },
  resetNow: { command: 'reset', where: 'station', isGrave: true, body: () => ({ urgency: 'immediate' }) },
} as const satisfies Readonly<Record<string, Ask>>;

export type AskName = keyof typeof asks;
/** In the order of the list. */
export const askNames = Object.keys(asks) as readonly AskName[];
export const askOf = (name: AskName): Ask => asks[name];
