import type { RequestTranslation } from '../dialect.ts';
import { listStatuses } from '../listWords.ts';
import type { CareRequest, CertificateUse, LocalListEntry, StationRequest } from '../requests.ts';
import { halfSignedWhy } from '../signedFirmware.ts';
import { clearChargingProfile, startProfile } from './fromDomain.ts';

/** What is asked of a station as the one message of 1.6 that asks for it. */
export function requestMessage(asked: StationRequest): RequestTranslation {
  switch (asked.kind) {
    case 'clear charging profile':
      return message('ClearChargingProfile', clearChargingProfile(asked));
    case 'composite schedule': {
      const { evseNumber: connectorId, durationS: duration, unit } = asked;
      const chargingRateUnit = unit === undefined ? {} : { chargingRateUnit: unit };
      return message('GetCompositeSchedule', { connectorId, duration, ...chargingRateUnit });
    }
    case 'remote start': {
      const { evseNumber, tokenId: idTag, limit } = asked;
      const limited = evseNumber !== undefined && limit !== undefined;
      return message('RemoteStartTransaction', {
        idTag,
        ...connector(evseNumber),
        ...(limited && { chargingProfile: startProfile(evseNumber, limit) }),
      });
    }
    case 'remote stop': {
      const transactionId = Number(asked.transactionId);
      if (!Number.isSafeInteger(transactionId)) return { why: 'transactions of OCPP 1.6 are numbers' };
      return message('RemoteStopTransaction', { transactionId });
    }
    case 'trigger message':
      return message('TriggerMessage', { requestedMessage: asked.message, ...connector(asked.evseNumber) });
    case 'reset':
      return message('Reset', { type: asked.urgency === 'immediate' ? 'Hard' : 'Soft' });
    case 'get configuration':
      return message('GetConfiguration', asked.keys.length === 0 ? {} : { key: asked.keys });
    case 'change configuration':
      return message('ChangeConfiguration', { key: asked.key, value: asked.value });
    case 'set password':
      return message('ChangeConfiguration', { key: 'AuthorizationKey', value: asked.password });
    default:
      return careMessage(asked);
  }
}

function careMessage(asked: CareRequest): RequestTranslation {
  switch (asked.kind) {
    case 'unlock':
      return message('UnlockConnector', { connectorId: asked.evseNumber });
    case 'change availability': {
      const type = asked.isOperative ? 'Operative' : 'Inoperative';
      return message('ChangeAvailability', { connectorId: asked.evseNumber ?? 0, type });
    }
    case 'reserve': {
      const { reservationId, evseNumber: connectorId = 0, tokenId: idTag, groupTokenId, expiresAtMs } = asked;
      const parent = groupTokenId === undefined ? {} : { parentIdTag: groupTokenId };
      return message('ReserveNow', {
        reservationId,
        connectorId,
        idTag,
        expiryDate: iso(expiresAtMs),
        ...parent,
      });
    }
    case 'cancel reservation':
      return message('CancelReservation', { reservationId: asked.reservationId });
    case 'clear cache':
      return message('ClearCache', {});
    case 'local list version':
      return message('GetLocalListVersion', {});
    case 'local list bounds':
      return message('GetConfiguration', { key: [listKeys.perMessage, listKeys.entries] });
    case 'send local list':
      return message('SendLocalList', {
        listVersion: asked.version,
        updateType: asked.isFull ? 'Full' : 'Differential',
        localAuthorizationList: asked.entries.map(listEntry),
      });
    case 'get log':
      return logMessage(asked);
    case 'update firmware':
      return firmwareMessage(asked);
    case 'renew certificate':
      return message('ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' });
    case 'install certificate':
      return message('InstallCertificate', { certificateType: uses[asked.use], certificate: asked.pem });
    case 'list certificates':
      return asked.use === undefined
        ? { why: 'OCPP 1.6 lists the certificates of one use: name it' }
        : message('GetInstalledCertificateIds', { certificateType: uses[asked.use] });
    case 'delete certificate':
      return message('DeleteCertificate', { certificateHashData: asked.certificate });
    case 'show message':
    case 'clear message':
    case 'show cost':
      return { why: 'OCPP 1.6 has no display: stations of ocpp2.0.1 and ocpp2.1 do' };
    default:
      return asked satisfies never;
  }
}

const message = (action: string, payload: object): RequestTranslation => ({ action, payload });
const iso = (ms: number): string => new Date(ms).toISOString();
const connector = (evseNumber: number | undefined): object =>
  evseNumber === undefined ? {} : { connectorId: evseNumber };

const uses: Readonly<Record<CertificateUse, string>> = {
  'central system': 'CentralSystemRootCertificate',
  manufacturer: 'ManufacturerRootCertificate',
};

/** Configuration keys of the Local Auth List Management Profile. */
export const listKeys = { entries: 'LocalAuthListMaxLength', perMessage: 'SendLocalListMaxLength' } as const;

/** An entry without its info is taken off the list. */
function listEntry({ tokenId: idTag, status, groupTokenId, expiresAtMs }: LocalListEntry): object {
  if (status === undefined) return { idTag };
  return {
    idTag,
    idTagInfo: {
      status: listStatuses[status],
      ...(groupTokenId !== undefined && { parentIdTag: groupTokenId }),
      ...(expiresAtMs !== undefined && { expiryDate: iso(expiresAtMs) }),
    },
  };
}

/** Diagnostics have a message of 1.6 itself, which every station has; the security log came with the extension. */
function logMessage(asked: Extract<CareRequest, { kind: 'get log' }>): RequestTranslation {
  const { requestId, log, url, fromMs, untilMs } = asked;
  if (log === 'diagnostics') {
    const span = {
      ...(fromMs !== undefined && { startTime: iso(fromMs) }),
      ...(untilMs !== undefined && { stopTime: iso(untilMs) }),
    };
    return message('GetDiagnostics', { location: url, ...span });
  }
  const span = {
    ...(fromMs !== undefined && { oldestTimestamp: iso(fromMs) }),
    ...(untilMs !== undefined && { latestTimestamp: iso(untilMs) }),
  };
  return message('GetLog', { logType: 'SecurityLog', requestId, log: { remoteLocation: url, ...span } });
}

/** Signed where there is a signature: a station of the security extension may take no other. */
function firmwareMessage(asked: Extract<CareRequest, { kind: 'update firmware' }>): RequestTranslation {
  const { requestId, url: location, retrieveAtMs, installAtMs, signature, signingCertificatePem } = asked;
  const why = halfSignedWhy(asked);
  if (why !== undefined) return { why };
  if (signature === undefined || signingCertificatePem === undefined)
    return message('UpdateFirmware', { location, retrieveDate: iso(retrieveAtMs) });
  const firmware = {
    location,
    retrieveDateTime: iso(retrieveAtMs),
    ...(installAtMs !== undefined && { installDateTime: iso(installAtMs) }),
    signingCertificate: signingCertificatePem,
    signature,
  };
  return message('SignedUpdateFirmware', { requestId, firmware });
}
