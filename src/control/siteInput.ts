import type { GridLimit } from '../domain/gridLimit.ts';
import type { LimitId, SessionId, SiteId } from '../domain/ids.ts';
import type { Reading } from '../domain/reading.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { StationEvent } from '../domain/stationEvent.ts';
import type { GridBook } from './gridBook.ts';
import type { SessionWish } from './operations.ts';
import type { CommandAnswer } from './ports.ts';
import type { SiteState } from './siteState.ts';

/** Everything that may be put into the site state, as plain values. */
export type SiteInput =
  | { readonly kind: 'reading'; readonly reading: Reading }
  | { readonly kind: 'station event'; readonly event: StationEvent }
  | { readonly kind: 'answer'; readonly answer: CommandAnswer }
  | { readonly kind: 'limit set'; readonly limit: GridLimit }
  | { readonly kind: 'limit ended'; readonly limitId: LimitId }
  | {
      readonly kind: 'grid event';
      readonly connectionId: string;
      readonly event: Parameters<GridBook['note']>[1];
    }
  | { readonly kind: 'site stopped'; readonly stop: SiteStop }
  | { readonly kind: 'site released'; readonly siteId: SiteId }
  | { readonly kind: 'session changed'; readonly sessionId: SessionId; readonly wish: SessionWish };

/** What puts something into the site state. */
export type SiteInputs = Pick<
  SiteState,
  | 'applyReading'
  | 'applyStationEvent'
  | 'applyAnswer'
  | 'setLimit'
  | 'endLimit'
  | 'stopSite'
  | 'releaseSite'
  | 'changeSession'
> & { readonly grid: Pick<GridBook, 'note'> };

/** The same inputs, each of which is first shown to `take`; it calls back once, and that puts it into the state. */
export function observed(state: SiteInputs, take: <T>(input: SiteInput, apply: () => T) => T): SiteInputs {
  return {
    applyReading: (reading) => take({ kind: 'reading', reading }, () => state.applyReading(reading)),
    applyStationEvent: (event) =>
      take({ kind: 'station event', event }, () => state.applyStationEvent(event)),
    applyAnswer: (answer) => take({ kind: 'answer', answer }, () => state.applyAnswer(answer)),
    setLimit: (limit) => take({ kind: 'limit set', limit }, () => state.setLimit(limit)),
    endLimit: (limitId) => take({ kind: 'limit ended', limitId }, () => state.endLimit(limitId)),
    grid: {
      note: (connectionId, event) =>
        take({ kind: 'grid event', connectionId, event }, () => state.grid.note(connectionId, event)),
    },
    stopSite: (stop) => take({ kind: 'site stopped', stop }, () => state.stopSite(stop)),
    releaseSite: (siteId) => take({ kind: 'site released', siteId }, () => state.releaseSite(siteId)),
    changeSession: (sessionId, wish) =>
      take({ kind: 'session changed', sessionId, wish }, () => state.changeSession(sessionId, wish)),
  };
}

export function applyInput(state: SiteInputs, input: SiteInput): void {
  switch (input.kind) {
    case 'reading':
      state.applyReading(input.reading);
      break;
    case 'station event':
      state.applyStationEvent(input.event);
      break;
    case 'answer':
      state.applyAnswer(input.answer);
      break;
    case 'limit set':
      state.setLimit(input.limit);
      break;
    case 'limit ended':
      state.endLimit(input.limitId);
      break;
    case 'grid event':
      state.grid.note(input.connectionId, input.event);
      break;
    case 'site stopped':
      state.stopSite(input.stop);
      break;
    case 'site released':
      state.releaseSite(input.siteId);
      break;
    case 'session changed':
      state.changeSession(input.sessionId, input.wish);
      break;
    default:
      input satisfies never;
  }
}
