import { Type } from 'typebox';
import { traitsConfig } from '../domain/traitsConfig.ts';
import { closed, host, id, port, section } from './parts.ts';
import { ocppTls, securityProfileMin, stationSecurity } from './security.ts';

// The stations and the server they connect to, as the config has them.

const certificateAuthority = Type.Object(
  {
    certFile: Type.String({
      minLength: 1,
      description: 'PEM file: the CA certificate that signs, then those above it',
    }),
    keyFile: Type.String({ minLength: 1, description: 'PEM file: its key' }),
    validDays: Type.Integer({
      default: 365,
      minimum: 1,
      maximum: 3650,
      description: 'how long what it signs is good',
    }),
  },
  { ...closed, description: 'signs the certificates that stations ask for; without it they are refused' },
);

const contractService = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://[^/?#]+[^?#]*$',
      description:
        'asked by POST <url>/<OCPP message> with {stationId, request}; its answer goes to the station',
    }),
    token: Type.Optional(Type.String({ minLength: 1, description: 'shown to it as a bearer token' })),
  },
  {
    ...closed,
    description: 'provides contracts and certificates of cars (Plug & Charge), and what became of them',
  },
);

export const ocppConfig = section(
  {
    host: host('stations connect to ws://host:port/ocpp/<stationId>'),
    port: port(9000),
    tls: Type.Optional(ocppTls),
    securityProfileMin,
    unknownStations: Type.Enum(['refuse', 'accept'], {
      default: 'refuse',
      description: 'accept: any station of the config may connect without a password; on loopback only',
    }),
    unknownTokens: Type.Enum(['accept', 'reject'], {
      default: 'accept',
      description: 'whether a driver whose token we do not know may charge',
    }),
    callTimeoutS: Type.Number({
      default: 30,
      minimum: 1,
      maximum: 120,
      description: 'how long a station may take to answer',
    }),
    heartbeatS: Type.Integer({
      default: 60,
      minimum: 5,
      maximum: 86_400,
      description: 'how often stations are asked to say that they are there',
    }),
    meterIntervalS: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 900,
      description: 'how often stations are asked to send meter values while charging',
    }),
    messageLogMb: Type.Integer({
      default: 64,
      minimum: 0,
      maximum: 4096,
      description:
        'MB of memory for the newest messages of all stations, at most 64 kB of each; 0 keeps none',
    }),
    certificateAuthority: Type.Optional(certificateAuthority),
    contractService: Type.Optional(contractService),
  },
  'the server the stations connect to',
);

const upstream = Type.Object(
  {
    url: Type.String({
      pattern: '^wss?://[^/?#]+[^?#]*$',
      description: 'ws:// or wss:// address of it, to which the id is appended',
    }),
    password: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description:
          'shown to it; left away: the one that the station shows here; better from the environment',
      }),
    ),
  },
  { ...closed, description: 'the CSMS that the station belongs to, which it then reaches through us' },
);

export const stationConfig = Type.Object(
  { id, ...stationSecurity, upstream: Type.Optional(upstream), traits: traitsConfig },
  { ...closed, description: 'per-station settings' },
);
