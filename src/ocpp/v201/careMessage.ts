import type { RequestTranslation } from '../dialect.ts';
import { listStatuses } from '../listWords.ts';
import type { CareRequest, CertificateUse, LocalListEntry } from '../requests.ts';
import { halfSignedWhy } from '../signedFirmware.ts';
import { centralToken } from './fromDomain.ts';

/** What a station needs besides charging, as messages of 2.x. */
export function careMessage(asked: CareRequest): RequestTranslation {
  switch (asked.kind) {
    case 'unlock': {
      const { evseNumber: evseId, connectorNumber: connectorId = 1 } = asked;
      return { action: 'UnlockConnector', payload: { evseId, connectorId } };
    }
    case 'change availability': {
      const { evseNumber: id, isOperative } = asked;
      const operationalStatus = isOperative ? 'Operative' : 'Inoperative';
      const payload = { operationalStatus, ...(id !== undefined && { evse: { id } }) };
      return { action: 'ChangeAvailability', payload };
    }
    case 'reserve':
      return reserveNow(asked);
    case 'cancel reservation':
      return { action: 'CancelReservation', payload: { reservationId: asked.reservationId } };
    case 'clear cache':
      return { action: 'ClearCache', payload: {} };
    case 'local list version':
      return { action: 'GetLocalListVersion', payload: {} };
    case 'local list bounds':
      return { action: 'GetVariables', payload: { getVariableData: [itemsPerMessage] } };
    case 'send local list':
      return localList(asked);
    case 'get log':
      return getLog(asked);
    case 'update firmware':
      return updateFirmware(asked);
    case 'renew certificate':
      return { action: 'TriggerMessage', payload: { requestedMessage: 'SignChargingStationCertificate' } };
    case 'install certificate': {
      const payload = { certificateType: uses[asked.use], certificate: asked.pem };
      return { action: 'InstallCertificate', payload };
    }
    case 'list certificates': {
      const payload = asked.use === undefined ? {} : { certificateType: [uses[asked.use]] };
      return { action: 'GetInstalledCertificateIds', payload };
    }
    case 'delete certificate':
      return { action: 'DeleteCertificate', payload: { certificateHashData: asked.certificate } };
    case 'show message':
      return showMessage(asked);
    case 'clear message':
      return { action: 'ClearDisplayMessage', payload: { id: asked.messageId } };
    case 'show cost': {
      const { transactionId, cost: totalCost } = asked;
      return { action: 'CostUpdated', payload: { transactionId, totalCost } };
    }
    default:
      return asked satisfies never;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

const uses: Readonly<Record<CertificateUse, string>> = {
  'central system': 'CSMSRootCertificate',
  manufacturer: 'ManufacturerRootCertificate',
};

function reserveNow(asked: Extract<CareRequest, { kind: 'reserve' }>): RequestTranslation {
  const { reservationId: id, evseNumber: evseId, tokenId, tokenType, groupTokenId, expiresAtMs } = asked;
  const payload = {
    id,
    expiryDateTime: iso(expiresAtMs),
    idToken: tokenType === undefined ? centralToken(tokenId) : { idToken: tokenId, type: tokenType },
    ...(evseId !== undefined && { evseId }),
    ...(groupTokenId !== undefined && { groupIdToken: centralToken(groupTokenId) }),
  };
  return { action: 'ReserveNow', payload };
}

/** How many tokens there may be all together is told in reports of the device model alone. */
const itemsPerMessage = { component: { name: 'LocalAuthListCtrlr' }, variable: { name: 'ItemsPerMessage' } };

/** An empty full list has no entries at all: the schema asks for one where there are any. */
function localList({
  version,
  isFull,
  entries,
}: Extract<CareRequest, { kind: 'send local list' }>): RequestTranslation {
  const payload = {
    versionNumber: version,
    updateType: isFull ? 'Full' : 'Differential',
    ...(entries.length > 0 && { localAuthorizationList: entries.map(listEntry) }),
  };
  return { action: 'SendLocalList', payload };
}

/** An entry without its info is taken off the list. */
function listEntry({
  tokenId,
  tokenType: type = 'ISO14443',
  status,
  groupTokenId,
  expiresAtMs,
}: LocalListEntry): object {
  const idToken = { idToken: tokenId, type };
  if (status === undefined) return { idToken };
  return {
    idToken,
    idTokenInfo: {
      status: listStatuses[status],
      ...(groupTokenId !== undefined && { groupIdToken: centralToken(groupTokenId) }),
      ...(expiresAtMs !== undefined && { cacheExpiryDateTime: iso(expiresAtMs) }),
    },
  };
}

function getLog(asked: Extract<CareRequest, { kind: 'get log' }>): RequestTranslation {
  const { requestId, log, url: remoteLocation, fromMs, untilMs } = asked;
  const span = {
    ...(fromMs !== undefined && { oldestTimestamp: iso(fromMs) }),
    ...(untilMs !== undefined && { latestTimestamp: iso(untilMs) }),
  };
  const logType = log === 'security' ? 'SecurityLog' : 'DiagnosticsLog';
  return { action: 'GetLog', payload: { logType, requestId, log: { remoteLocation, ...span } } };
}

function updateFirmware(asked: Extract<CareRequest, { kind: 'update firmware' }>): RequestTranslation {
  const { requestId, url: location, retrieveAtMs, installAtMs, signature, signingCertificatePem } = asked;
  const why = halfSignedWhy(asked);
  if (why !== undefined) return { why };
  const firmware = {
    location,
    retrieveDateTime: iso(retrieveAtMs),
    ...(installAtMs !== undefined && { installDateTime: iso(installAtMs) }),
    ...(signingCertificatePem !== undefined && { signingCertificate: signingCertificatePem }),
    ...(signature !== undefined && { signature }),
  };
  return { action: 'UpdateFirmware', payload: { requestId, firmware } };
}

const priorities = { always: 'AlwaysFront', 'in front': 'InFront', 'in turn': 'NormalCycle' } as const;

function showMessage(asked: Extract<CareRequest, { kind: 'show message' }>): RequestTranslation {
  const { messageId: id, text: content, priority, transactionId, untilMs } = asked;
  const message = {
    id,
    priority: priorities[priority],
    message: { format: 'UTF8', content },
    ...(transactionId !== undefined && { transactionId }),
    ...(untilMs !== undefined && { endDateTime: iso(untilMs) }),
  };
  return { action: 'SetDisplayMessage', payload: { message } };
}
