import type { LoadedConfig } from '../config/config.ts';
import type { SessionBook } from '../control/sessionBook.ts';
import type { SiteInputs } from '../control/siteInput.ts';
import type { SiteState } from '../control/siteState.ts';
import type { TokenDesk } from '../control/tokenDesk.ts';
import { contractService } from '../ocpp/certificates/contractService.ts';
import { type OcppGateway, startOcppGateway } from '../ocpp/gateway.ts';
import type { Store } from '../store/openStore.ts';
import type { AppPorts } from './app.ts';
import { proxyPorts } from './proxy.ts';
import type { StationSecurity } from './security.ts';
import { resumedTransactions } from './sessions.ts';
import { type StationDesk, stationAuthority } from './stations.ts';

interface GatewayNeeds {
  readonly store: Store;
  readonly inputs: SiteInputs;
  readonly sessions: SessionBook;
  readonly security: StationSecurity;
  readonly tokens: TokenDesk;
  readonly stations: StationDesk;
  readonly state: Pick<SiteState, 'evse'>;
}

/** Opens the port of the stations, and joins what they say and ask to those who care. */
export const startGateway = (
  loaded: LoadedConfig,
  { clock, log, random }: AppPorts,
  { store, inputs, sessions, security, tokens, stations, state }: GatewayNeeds,
): Promise<OcppGateway> => {
  const { config } = loaded;
  const authority = stationAuthority(config, clock);
  const { contractService: contracts } = config.ocpp;
  return startOcppGateway(
    {
      host: config.ocpp.host,
      port: config.ocpp.port,
      tls: security.tls,
      heartbeatIntervalS: config.ocpp.heartbeatS,
      meterIntervalS: config.ocpp.meterIntervalS,
      callTimeoutMs: config.ocpp.callTimeoutS * 1000,
      maxLogBytes: config.ocpp.messageLogMb * 1024 * 1024,
    },
    {
      clock,
      log,
      onEvent: (event) => inputs.applyStationEvent(event),
      onAnswer: (answer) => inputs.applyAnswer(answer),
      onReport: (report) => stations.take(report),
      ...(authority !== undefined && { signCertificate: (...asked) => authority.sign(...asked) }),
      ...(contracts !== undefined && {
        askContracts: contractService({ url: contracts.url, token: contracts.token }, { clock, log }),
      }),
      givesProfiles: (stationId, evseNumber) =>
        loaded.sites
          .flatMap(({ evses }) => evses)
          .some(
            ({ id, station, number }) =>
              station === stationId && number === evseNumber && state.evse(id).traits.rung !== 'vendor key',
          ),
      authenticate: security.authenticate,
      authorize: (request) => tokens.authorize(request),
      transactionNumber: (start) => store.transactionNumber(start),
      takeFacts: (facts) => sessions.take(facts),
      resumed: resumedTransactions(loaded, sessions),
      proxy: proxyPorts(loaded, store, random),
    },
  );
};
