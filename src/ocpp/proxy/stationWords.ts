import type { Authorization } from '../../domain/token.ts';

// What a proxy has to understand of the messages that it passes on, in 1.6 and 2.x alike.

export type Payload = Readonly<Record<string, unknown>>;

export const payloadOf = (value: unknown): Payload => (isPayload(value) ? value : {});

const isPayload = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const alwaysKept: ReadonlySet<string> = new Set([
  'StartTransaction',
  'StopTransaction',
  'TransactionEvent',
  'SecurityEventNotification',
]);

/** Whether the other CSMS has to hear of it, however late. [OCPP 1.6 3.7.2 and 2.0.1 E04: transaction-related messages] */
export const mustArrive = (action: string, payload: Payload): boolean =>
  alwaysKept.has(action) || (action === 'MeterValues' && payload['transactionId'] !== undefined);

/** What may be dropped for room: one more value of a meter that counts on. */
export const isMeterValue = (action: string, payload: Payload): boolean =>
  action === 'MeterValues' || (action === 'TransactionEvent' && payload['eventType'] === 'Updated');

/** Of these only the newest is worth telling when it comes back; undefined for the others. */
export function stateKey(action: string, payload: Payload): string | undefined {
  if (action === 'BootNotification') return action;
  if (action !== 'StatusNotification') return undefined;
  return `${action} ${payload['evseId'] ?? ''} ${payload['connectorId'] ?? ''}`;
}

/** A message of a transaction that is told late says so. [OCPP 2.0.1 TransactionEventRequest.offline] */
export const toldLate = (action: string, payload: Payload): Payload =>
  action === 'TransactionEvent' ? { ...payload, offline: true } : payload;

/** 1.6's number of a transaction; undefined in 2.x, where the station names it. */
export function transactionNumberIn(payload: Payload): number | undefined {
  const { transactionId } = payload;
  return typeof transactionId === 'number' ? transactionId : undefined;
}

export function authorizationIn(answer: Payload): Authorization {
  const { status } = payloadOf(answer['idTagInfo'] ?? answer['idTokenInfo']);
  return { status: authorizationStatus(status), groupId: undefined, cacheUntilMs: undefined };
}

function authorizationStatus(word: unknown): Authorization['status'] {
  if (word === 'Blocked') return 'blocked';
  if (word === 'Expired') return 'expired';
  return word === undefined || word === 'Accepted' ? 'accepted' : 'invalid';
}

/** Whether a call of the other CSMS would change the password that the station shows us. */
export function setsPassword(action: string, payload: Payload): boolean {
  if (action === 'ChangeConfiguration') return String(payload['key']).toLowerCase() === 'authorizationkey';
  const { setVariableData } = payload;
  if (action !== 'SetVariables' || !Array.isArray(setVariableData)) return false;
  return setVariableData.some(
    (item) => payloadOf(payloadOf(item)['variable'])['name'] === 'BasicAuthPassword',
  );
}
