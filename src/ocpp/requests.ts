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
  | { readonly kind: 'remote start'; readonly evseNumber?: number; readonly tokenId: string }
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
  | { readonly kind: 'set password'; readonly password: string };

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
    };

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
