import { Type } from 'typebox';
import type { Fault } from '../schema.ts';
import { closed, sha256, tls } from './parts.ts';
import type { Config } from './schema.ts';

// How stations prove who they are, as the config has it.

const pemFile = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const profileMeaning = '1: password; 2: TLS and password; 3: TLS and a certificate of its own';

/** `certFile` and `keyFile` of the server, and what TLS for stations has beside them. */
export const ocppTls = Type.Object(
  {
    ...tls.properties,
    secondCertFile: pemFile('PEM file of an RSA certificate beside an ECDSA one, or the other way round'),
    secondKeyFile: pemFile('PEM file of its key'),
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description:
          'TCP port of its own, beside one that is not encrypted; left away: ocpp.port is encrypted',
      }),
    ),
    clientCaFile: pemFile(
      "PEM file of the authorities that sign stations' certificates; left away: none are asked for",
    ),
    clientCrlFile: pemFile(
      'PEM file of the certificates that were revoked, one list for each authority, none out of date',
    ),
    clientOrganization: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: "O in stations' certificates; left away: any",
      }),
    ),
  },
  { ...closed, description: 'PEM files, looked at every 10 s; without them the connection is not encrypted' },
);

export const securityProfileMin = Type.Integer({
  default: 0,
  minimum: 0,
  maximum: 3,
  description: `the least security profile of a station; 0: any; ${profileMeaning}`,
});

/** Of one station. */
export const stationSecurity = {
  passwordHash: Type.Optional(
    Type.String({
      pattern: '^scrypt:[0-9]{1,5}:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]{43}$',
      description: 'as lastvakt station add prints it',
    }),
  ),
  passwordSha256: Type.Optional({ ...sha256, description: 'the same as earlier versions had it' }),
  securityProfileMin: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 3, description: 'left away: that of ocpp' }),
  ),
  certificateName: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'common name in its certificate, such as its serial number; left away: its id',
    }),
  ),
};

/** Settings that shut out the stations they are for. */
export function securityFaults({ ocpp, stations }: Config): readonly Fault[] {
  const faults: Fault[] = [];
  const { tls: files } = ocpp;
  if ((files?.secondCertFile === undefined) !== (files?.secondKeyFile === undefined)) {
    const message = 'secondCertFile and secondKeyFile belong together';
    faults.push({ path: '/ocpp/tls', message });
  }
  if (files?.clientCrlFile !== undefined && files.clientCaFile === undefined)
    faults.push({ path: '/ocpp/tls/clientCrlFile', message: 'needs clientCaFile' });
  const check = (least: number | undefined, path: string): void => {
    if (least === undefined || least < 2) return;
    if (files === undefined) faults.push({ path, message: `${least} needs ocpp.tls` });
    else if (least === 3 && files.clientCaFile === undefined)
      faults.push({ path, message: '3 needs ocpp.tls.clientCaFile' });
  };
  check(ocpp.securityProfileMin, '/ocpp/securityProfileMin');
  stations.forEach((station, index) => {
    check(station.securityProfileMin, `/stations/${index}/securityProfileMin`);
    if (station.passwordHash !== undefined && station.passwordSha256 !== undefined)
      faults.push({
        path: `/stations/${index}`,
        message: 'has both passwordHash and passwordSha256: one is enough',
      });
  });
  return faults;
}

/** Stations that nobody can impersonate by saying their name. */
export const protectedStations = ({ ocpp, stations }: Config): ReadonlySet<string> =>
  new Set(
    stations.flatMap(({ id, passwordHash, passwordSha256, securityProfileMin: least }) =>
      (passwordHash ?? passwordSha256) !== undefined || (least ?? ocpp.securityProfileMin) === 3 ? [id] : [],
    ),
  );
