import { readFileSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { type StationId, stationId } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import type { OcppGatewayOptions, OcppGatewayPorts } from '../ocpp/gateway.ts';
import { authenticator, type StationRules } from '../ocpp/security/authenticator.ts';
import type { SecurityProfile } from '../ocpp/security/claim.ts';
import { Credentials } from '../ocpp/security/credentials.ts';
import type { Store } from '../store/openStore.ts';
import { stationIds } from './options.ts';

/** How often certificates are looked at for new ones. */
const tlsCheckMs = 10_000;

export interface StationSecurity {
  readonly tls: OcppGatewayOptions['tls'];
  readonly authenticate: OcppGatewayPorts['authenticate'];
  readonly credentials: Credentials;
}

/** Who may connect as a station, and how the connection is encrypted. Rejects when the passwords cannot be read. */
export async function stationSecurity(config: Config, store: Store, log: Logger): Promise<StationSecurity> {
  const { ocpp } = config;
  const files = ocpp.tls;
  const passwords = configuredPasswords(config);
  const credentials = new Credentials(passwords, await store.stationPasswords(), {
    log,
    save: (stored) => store.saveStationPasswords(stored),
  });
  const isEncrypted = files !== undefined && files.port === undefined;
  if (!isEncrypted && ocpp.securityProfileMin < 2 && passwords.size > 0)
    log.info({ port: ocpp.port }, 'stations may connect without encryption: keep that network to yourself');
  return {
    tls: files && { read: () => tlsMaterial(files), checkEveryMs: tlsCheckMs, port: files.port },
    credentials,
    authenticate: authenticator(
      {
        rules: rulesOf(config),
        acceptsUnknown: ocpp.unknownStations === 'accept',
        organization: files?.clientOrganization,
      },
      credentials,
    ),
  };
}

function configuredPasswords({ stations, ...config }: Config): ReadonlyMap<StationId, string | undefined> {
  const hashes = new Map(stations.map((each) => [each.id, each.passwordHash ?? each.passwordSha256]));
  return new Map(stationIds({ ...config, stations }).map((id) => [stationId(id), hashes.get(id)]));
}

function rulesOf(config: Config): ReadonlyMap<string, StationRules> {
  const settings = new Map(config.stations.map((station) => [station.id, station]));
  return new Map(
    stationIds(config).map((id) => {
      const station = settings.get(id);
      const least = station?.securityProfileMin ?? config.ocpp.securityProfileMin;
      return [id, { securityProfileMin: profileOf(least), certificateName: station?.certificateName }];
    }),
  );
}

/** The schema has checked that it is one. */
const profileOf = (number: number): SecurityProfile => ([0, 1, 2, 3] as const)[number] ?? 3;

/** Throws when a file cannot be read. */
function tlsMaterial(files: NonNullable<Config['ocpp']['tls']>) {
  const { certFile, keyFile, secondCertFile, secondKeyFile, clientCaFile, clientCrlFile } = files;
  const text = (file: string): string => readFileSync(file, 'utf8');
  const first = { certPem: text(certFile), keyPem: text(keyFile) };
  const hasSecond = secondCertFile !== undefined && secondKeyFile !== undefined;
  return {
    pairs: hasSecond ? [first, { certPem: text(secondCertFile), keyPem: text(secondKeyFile) }] : [first],
    clientCaPem: clientCaFile && text(clientCaFile),
    clientCrlPem: clientCrlFile && text(clientCrlFile),
  };
}
