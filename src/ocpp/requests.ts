import type { ScheduleForm } from '../control/ports.ts';
import type { ListBounds } from '../domain/localList.ts';

/**
 * What an operator or another part of the service may ask a station, in no version's words. Setpoints are not
 * here: they are commands with an answer of their own (`StationCommand`).
 */
export type StationRequest =
  | {
      readonly kind: 'clear charging profile';
      /** Alone, or else any of the criteria below. */
      readonly profileId?: number;
      readonly evseNumber?: number;
      readonly purpose?: ProfilePurpose;
      readonly stackLevel?: number;
    }
  | {
      readonly kind: 'composite schedule';
      /** 0 asks for the station as a whole. */
      readonly evseNumber: number;
      readonly durationS: number;
      readonly unit?: 'A' | 'W';
    }
  | {
      readonly kind: 'remote start';
      readonly evseNumber?: number;
      readonly tokenId: string;
      /** In force from the start of the session until it gets its first setpoint. Needs the EVSE. */
      readonly limit?: StartLimit;
    }
  | { readonly kind: 'remote stop'; readonly transactionId: string }
  | {
      readonly kind: 'trigger message';
      readonly message: TriggerableMessage;
      /** Left out: the station as a whole. */
      readonly evseNumber?: number;
    }
  /** `graceful` ends or waits for running charges first, `immediate` does not. */
  | { readonly kind: 'reset'; readonly urgency: 'graceful' | 'immediate' }
  /** Keys of 1.6, or `Component.Variable` of 2.x. No keys: everything, which only 1.6 can answer. */
  | { readonly kind: 'get configuration'; readonly keys: readonly string[] }
  | { readonly kind: 'change configuration'; readonly key: string; readonly value: string }
  /** For its next connection: 40 characters, in hexadecimal. */
  | { readonly kind: 'set password'; readonly password: string }
  | CareRequest;

/** What a station needs besides charging. Numbers that both sides know something by are given by whoever asks. */
export type CareRequest =
  /** 1.6 numbers its connectors through, and takes the EVSE's number for it. */
  | { readonly kind: 'unlock'; readonly evseNumber: number; readonly connectorNumber?: number }
  /** Left out: the station as a whole. */
  | { readonly kind: 'change availability'; readonly evseNumber?: number; readonly isOperative: boolean }
  | {
      readonly kind: 'reserve';
      readonly reservationId: number;
      /** Left out: any of them. */
      readonly evseNumber?: number;
      readonly tokenId: string;
      /** What the token is, in the words of 2.x; 1.6 has no word for it. */
      readonly tokenType?: string;
      readonly groupTokenId?: string;
      readonly expiresAtMs: number;
    }
  | { readonly kind: 'cancel reservation'; readonly reservationId: number }
  | { readonly kind: 'clear cache' }
  | { readonly kind: 'local list version' }
  /** How much may be on its local list, and in one message of it. */
  | { readonly kind: 'local list bounds' }
  | {
      readonly kind: 'send local list';
      readonly version: number;
      /** Replaces the list of the station; otherwise its entries are changed one by one. */
      readonly isFull: boolean;
      readonly entries: readonly LocalListEntry[];
    }
  | {
      readonly kind: 'get log';
      readonly requestId: number;
      readonly log: 'diagnostics' | 'security';
      /** Where the station puts it. */
      readonly url: string;
      readonly fromMs?: number;
      readonly untilMs?: number;
    }
  | {
      readonly kind: 'update firmware';
      readonly requestId: number;
      readonly url: string;
      readonly retrieveAtMs: number;
      readonly installAtMs?: number;
      /** Both or none. */
      readonly signature?: string;
      readonly signingCertificatePem?: string;
    }
  | { readonly kind: 'renew certificate' }
  | { readonly kind: 'install certificate'; readonly use: CertificateUse; readonly pem: string }
  | { readonly kind: 'list certificates'; readonly use?: CertificateUse }
  | { readonly kind: 'delete certificate'; readonly certificate: CertificateHash }
  | {
      readonly kind: 'show message';
      readonly messageId: number;
      readonly text: string;
      readonly priority: 'always' | 'in front' | 'in turn';
      readonly transactionId?: string;
      readonly untilMs?: number;
    }
  | { readonly kind: 'clear message'; readonly messageId: number }
  | { readonly kind: 'show cost'; readonly transactionId: string; readonly cost: number };

/** As a transaction profile. */
export interface StartLimit {
  readonly amps: number;
  readonly schedule: ScheduleForm;
}

export interface LocalListEntry {
  readonly tokenId: string;
  /** What the token is, in the words of 2.x: a card where it is left out. */
  readonly tokenType?: string | undefined;
  /** undefined takes the token off the list. */
  readonly status: 'accepted' | 'blocked' | 'expired' | 'invalid' | undefined;
  readonly groupTokenId?: string | undefined;
  readonly expiresAtMs?: number | undefined;
}

/** `central system`: by which a station knows us. `manufacturer`: by which it knows its firmware. */
export type CertificateUse = 'central system' | 'manufacturer';

export interface CertificateHash {
  readonly hashAlgorithm: string;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

/** `station maximum` is 1.6's ChargePointMaxProfile and 2.x's ChargingStationMaxProfile. */
export type ProfilePurpose = 'station maximum' | 'transaction default' | 'transaction';

/** The messages every version can be asked to send, under the one name they share. */
type TriggerableMessage =
  | 'BootNotification'
  | 'FirmwareStatusNotification'
  | 'Heartbeat'
  | 'MeterValues'
  | 'StatusNotification';

/**
 * What became of a request, with the same outcomes as a command. `reason` is the station's own word, or why
 * there is none. `timed-out` leaves open whether the station did it.
 */
export type StationReply =
  | { readonly outcome: 'accepted'; readonly reason: string; readonly data: ReplyData | undefined }
  | { readonly outcome: 'rejected' | 'timed-out' | 'unsent'; readonly reason: string };

export type ReplyData =
  | { readonly kind: 'composite schedule'; readonly schedule: CompositeSchedule }
  | {
      readonly kind: 'configuration';
      readonly settings: readonly ConfigurationSetting[];
      readonly unknownKeys: readonly string[];
    }
  | { readonly kind: 'local list'; readonly version: number }
  | { readonly kind: 'local list bounds'; readonly bounds: Partial<ListBounds> }
  | { readonly kind: 'log'; readonly fileName: string | undefined }
  | { readonly kind: 'certificates'; readonly certificates: readonly CertificateHash[] };

/** What the station itself says it will allow. */
export interface CompositeSchedule {
  readonly evseNumber: number;
  /** On the station's clock; undefined where it did not tell. */
  readonly startsAtMs: number | undefined;
  readonly durationS: number | undefined;
  readonly unit: 'A' | 'W';
  readonly periods: readonly SchedulePeriod[];
}

interface SchedulePeriod {
  /** After the start of the schedule. */
  readonly startS: number;
  /** Amps per phase or watts in total, as the schedule's unit says. */
  readonly limit: number;
  readonly phaseCount: number | undefined;
}

interface ConfigurationSetting {
  readonly key: string;
  /** undefined: the station keeps it to itself. */
  readonly value: string | undefined;
  /** undefined: the station did not tell. */
  readonly isReadOnly: boolean | undefined;
}
