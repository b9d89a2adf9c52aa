import Type from 'typebox';
import { closed } from './closed.ts';
import { command, evseNumber, instantOf, kind, token } from './stationCommand.ts';

const instant = Type.String({ maxLength: 40, description: 'ISO 8601 with zone' });
const url = Type.String({
  minLength: 1,
  maxLength: 512,
  pattern: '^[a-zA-Z][a-zA-Z0-9+.-]*://',
  description: 'That the station can reach, with what it needs to log in there',
});
const pem = Type.String({ minLength: 1, maxLength: 5500, description: 'PEM' });
const use = Type.Enum(['central system', 'manufacturer'], {
  description: 'central system: by which a station knows us; manufacturer: by which it knows its firmware',
});
const tokenType = Type.Optional(
  Type.String({ minLength: 1, maxLength: 20, description: 'What it is, in the words of OCPP 2.x' }),
);
const hash = Type.String({ minLength: 1, maxLength: 128 });
const messageId = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 });

/** Commands for what a station needs besides charging. */
export const careCommands = {
  unlock: command(
    'command stations',
    Type.Object({ evseNumber, connectorNumber: Type.Optional(evseNumber) }, closed),
    (body) => ({ ...kind('unlock'), ...body }),
  ),
  'change-availability': command(
    'command stations',
    Type.Object(
      { evseNumber: Type.Optional(evseNumber), isOperative: Type.Boolean() },
      { ...closed, description: 'Without an EVSE: the station as a whole' },
    ),
    (body) => ({ ...kind('change availability'), ...body }),
  ),
  reserve: command(
    'command stations',
    Type.Object(
      {
        evseNumber: Type.Optional(evseNumber),
        tokenId: token,
        tokenType,
        groupTokenId: Type.Optional(token),
        expiresAt: instant,
      },
      { ...closed, description: 'Keeps an EVSE, or any of them, for a driver' },
    ),
    ({ expiresAt, ...body }) => ({
      ...kind('reserve'),
      ...body,
      expiresAtMs: instantOf(expiresAt, 'expiresAt'),
    }),
  ),
  'cancel-reservation': command(
    'command stations',
    Type.Object({ reservationId: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }) }, closed),
    (body) => ({ ...kind('cancel reservation'), ...body }),
  ),
  'clear-cache': command('command stations', Type.Object({}, closed), () => kind('clear cache')),
  'local-list-version': command('command stations', Type.Object({}, closed), () =>
    kind('local list version'),
  ),
  'send-local-list': command(
    'configure stations',
    Type.Object(
      {
        isFull: Type.Boolean({
          description: 'Replaces the list; otherwise its entries are changed one by one',
        }),
        entries: Type.Array(
          Type.Object(
            {
              tokenId: token,
              tokenType,
              status: Type.Optional(
                Type.Enum(['accepted', 'blocked', 'expired', 'invalid'], {
                  description: 'Left away: the token is taken off the list',
                }),
              ),
              groupTokenId: Type.Optional(token),
              expiresAt: Type.Optional(instant),
            },
            closed,
          ),
          { maxItems: 1000 },
        ),
      },
      { ...closed, description: 'Tokens that a station accepts by itself. Its version is counted on.' },
    ),
    ({ isFull, entries }) => ({
      ...kind('send local list'),
      isFull,
      entries: entries.map(({ expiresAt, status, ...entry }) => ({
        ...entry,
        status,
        ...(expiresAt !== undefined && { expiresAtMs: instantOf(expiresAt, 'entries.expiresAt') }),
      })),
    }),
  ),
  'get-log': command(
    'configure stations',
    Type.Object(
      {
        log: Type.Enum(['diagnostics', 'security']),
        url,
        from: Type.Optional(instant),
        until: Type.Optional(instant),
      },
      { ...closed, description: 'Has the station put its log somewhere' },
    ),
    ({ log, url: to, from, until }) => ({
      ...kind('get log'),
      log,
      url: to,
      ...(from !== undefined && { fromMs: instantOf(from, 'from') }),
      ...(until !== undefined && { untilMs: instantOf(until, 'until') }),
    }),
  ),
  'update-firmware': command(
    'configure stations',
    Type.Object(
      {
        url,
        retrieveAt: Type.Optional(instant),
        installAt: Type.Optional(instant),
        signature: Type.Optional(Type.String({ minLength: 1, maxLength: 800 })),
        signingCertificatePem: Type.Optional(pem),
      },
      { ...closed, description: 'At once, unless told otherwise. Signature and certificate: both or none.' },
    ),
    ({ retrieveAt, installAt, ...body }) => ({
      ...kind('update firmware'),
      ...body,
      ...(retrieveAt !== undefined && { retrieveAtMs: instantOf(retrieveAt, 'retrieveAt') }),
      ...(installAt !== undefined && { installAtMs: instantOf(installAt, 'installAt') }),
    }),
  ),
  'renew-certificate': command('configure stations', Type.Object({}, closed), () =>
    kind('renew certificate'),
  ),
  'install-certificate': command('configure stations', Type.Object({ use, pem }, closed), (body) => ({
    ...kind('install certificate'),
    ...body,
  })),
  'list-certificates': command(
    'command stations',
    Type.Object({ use: Type.Optional(use) }, { ...closed, description: '1.6 wants the use' }),
    (body) => ({ ...kind('list certificates'), ...body }),
  ),
  'delete-certificate': command(
    'configure stations',
    Type.Object(
      {
        hashAlgorithm: Type.Enum(['SHA256', 'SHA384', 'SHA512']),
        issuerNameHash: hash,
        issuerKeyHash: hash,
        serialNumber: Type.String({ minLength: 1, maxLength: 40 }),
      },
      { ...closed, description: 'As list-certificates told it' },
    ),
    (certificate) => ({ ...kind('delete certificate'), certificate }),
  ),
  'show-message': command(
    'command stations',
    Type.Object(
      {
        messageId,
        text: Type.String({ minLength: 1, maxLength: 512 }),
        priority: Type.Enum(['always', 'in front', 'in turn']),
        transactionId: Type.Optional(token),
        until: Type.Optional(instant),
      },
      { ...closed, description: 'Stations of 2.x with a display' },
    ),
    ({ until, ...body }) => ({
      ...kind('show message'),
      ...body,
      ...(until !== undefined && { untilMs: instantOf(until, 'until') }),
    }),
  ),
  'clear-message': command('command stations', Type.Object({ messageId }, closed), (body) => ({
    ...kind('clear message'),
    ...body,
  })),
  'show-cost': command(
    'command stations',
    Type.Object({ transactionId: token, cost: Type.Number({ minimum: 0, maximum: 1e9 }) }, closed),
    (body) => ({ ...kind('show cost'), ...body }),
  ),
} as const;
