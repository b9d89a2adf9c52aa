import type { Config } from '../config/schema.ts';
import { BookedEvses } from '../control/bookedEvses.ts';
import { scheduleForm } from '../control/commands.ts';
import { FaultBook } from '../control/faultBook.ts';
import type { Clock } from '../control/ports.ts';
import { ReservationDesk } from '../control/reservationDesk.ts';
import { StationNotes } from '../control/stationNotes.ts';
import type { StationId } from '../domain/ids.ts';
import type { Site } from '../domain/site.ts';
import type { StationReport } from '../domain/stationReport.ts';
import type { Logger } from '../log.ts';
import {
  type CertificateAuthority,
  certificateAuthority,
} from '../ocpp/certificates/certificateAuthority.ts';
import type { StartLimit } from '../ocpp/requests.ts';
import type { Store } from '../store/openStore.ts';
import type { Running } from './app.ts';
import { pemOf } from './options.ts';

/** What is kept of stations beside their charging. */
export interface StationDesk {
  readonly faults: FaultBook;
  readonly notes: StationNotes;
  readonly reservations: ReservationDesk;
  readonly booked: BookedEvses;
  take(report: StationReport): void;
  /** May be called twice. */
  stop(): void;
}

interface DeskPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
}

export async function stationDesk(
  sites: readonly Site[],
  { store, clock, log, newId }: DeskPorts,
): Promise<StationDesk> {
  const ids = [...new Set(sites.flatMap(({ evses }) => evses.map(({ station }) => station)))];
  const onFault = (fault: Parameters<Store['saveFault']>[0]): void => store.saveFault(fault);
  const faults = new FaultBook(ids, await store.openFaults(), { log, newId, onFault });
  const notes = new StationNotes(ids);
  const reservations = new ReservationDesk(await store.heldReservations(), { clock, log, book: store });
  return {
    faults,
    notes,
    reservations,
    booked: new BookedEvses(),
    take(report) {
      switch (report.kind) {
        case 'condition':
        case 'security event':
          faults.take(report);
          break;
        case 'progress': {
          const { stationId, of, status, detail } = report;
          log.info({ stationId, of, status, detail }, 'station told how far it is');
          notes.take(report);
          break;
        }
        case 'reading':
        case 'report part':
          notes.take(report);
          break;
        case 'reservation ended':
          reservations.take(report).catch((error: unknown) => {
            log.warn({ err: error, stationId: report.stationId }, 'end of a reservation was not kept');
          });
          break;
        default:
          report satisfies never;
      }
    },
    stop: () => reservations.stop(),
  };
}

/** Signs the certificates of stations, where the config has an authority. Throws when its files do not fit. */
export function stationAuthority({ ocpp, stations }: Config, clock: Clock): CertificateAuthority | undefined {
  const settings = ocpp.certificateAuthority;
  const pem = pemOf(settings);
  if (settings === undefined || pem === undefined) return undefined;
  const names = new Map(stations.map(({ id, certificateName }) => [id, certificateName]));
  const nameOf = (id: StationId): string => names.get(id) ?? id;
  const { validDays } = settings;
  return certificateAuthority({ certPem: pem.cert, keyPem: pem.key, validDays, nameOf }, clock);
}

/**
 * The limit that a session started from afar begins under: what its EVSE falls to without us, so that it is counted
 * already. undefined where the EVSE is not in the config, or could not charge at all with so little.
 */
export function startLimit(
  { loaded, ledger, state }: Pick<Running, 'loaded' | 'ledger' | 'state'>,
  stationId: StationId,
  evseNumber: number | undefined,
): StartLimit | undefined {
  for (const { evses, supply } of loaded.sites) {
    const evse = evses.find(({ station, number }) => station === stationId && number === evseNumber);
    if (evse === undefined) continue;
    const amps = Math.min(evse.failsafeAmps, ledger.standingAmps(evse.id) ?? evse.failsafeAmps);
    const { traits } = state.evse(evse.id);
    // One that would refuse such a profile begins under its standing one.
    const takesProfile = traits.rung === 'transaction' && traits.standingKind === 'relative';
    return takesProfile && amps >= evse.minAmps
      ? { amps, schedule: scheduleForm(evse, supply, traits) }
      : undefined;
  }
  return undefined;
}
