import type { SignedCertificate, StationScope } from './dialect.ts';
import type { KnownStation, Line, StationsPorts } from './knownStation.ts';

const noAuthority: SignedCertificate = { status: 'refused', why: 'no certificate authority is configured' };

/** What answers a station's calls may use, made once for each connection. */
export function stationScope(
  station: KnownStation,
  line: Omit<Line, 'scope'>,
  ports: Pick<
    StationsPorts,
    'clock' | 'transactionNumber' | 'signCertificate' | 'askContracts' | 'givesProfiles'
  > & { readonly heartbeatIntervalS: number },
): StationScope {
  const { clock, transactionNumber, signCertificate, askContracts, givesProfiles, heartbeatIntervalS } =
    ports;
  const { id: stationId, memory, profiles, log } = station;
  const own = { dialect: line.dialect, calls: line.connection.calls };
  return {
    stationId,
    memory,
    profiles: profiles.book,
    log,
    heartbeatIntervalS,
    nowMs: () => clock.nowMs(),
    instant: (text) => station.clock.read(text, clock.monotonicMs()),
    authorize: (request) => station.tokens.authorize({ stationId, ...request }),
    transactionNumber: (start) => transactionNumber({ stationId, ...start }),
    signCertificate: (csrPem) => signCertificate?.(stationId, csrPem) ?? noAuthority,
    askContracts: async (action, request) => askContracts?.(stationId, action, request),
    streams: station.streams,
    givesProfiles: (evseNumber) => givesProfiles?.(stationId, evseNumber) ?? true,
    readProfiles: () => profiles.read(own),
    pulledLimit: (profileId) => profiles.pulledLimit(profileId),
    scheduleQuery: (evseNumber, window) => profiles.query(evseNumber, window),
    askForMeterValues: (evseNumber) => {
      if (line.askedForMeterValues.has(evseNumber)) return;
      line.askedForMeterValues.add(evseNumber);
      void line.dialect.askForMeterValues(line.connection.calls, evseNumber);
    },
  };
}
