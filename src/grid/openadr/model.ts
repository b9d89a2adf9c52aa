// OpenADR 3 as both versions mean it. Nothing here is spelled as on the wire; the two codecs see to that.

export type OpenAdrVersion = '3.0.1' | '3.1';

/** Where and when an interval is, as text of the sender: what it means depends on its neighbours (timing.ts). */
export interface Period {
  readonly start: string | undefined;
  readonly duration: string | undefined;
  readonly randomizeStart: string | undefined;
}

export interface Payload {
  readonly type: string;
  readonly values: readonly unknown[];
}

export interface EventInterval {
  /** The sender's number. Not unique and not in order; reports repeat it. */
  readonly id: number;
  readonly period: Period | undefined;
  readonly payloads: readonly Payload[];
}

/** `kind` is 3.0.1's target type, such as `RESOURCE_NAME`; 3.1 has none. */
export interface EventTarget {
  readonly kind: string | undefined;
  readonly value: string;
}

export interface PayloadDescriptor {
  readonly payloadType: string;
  readonly units: string | undefined;
  readonly currency: string | undefined;
}

/** A report that an event asks for. Numbers as the specification defaults them: -1 is "all" or "the end". */
export interface ReportDescriptor {
  readonly payloadType: string;
  readonly readingType: string | undefined;
  readonly units: string | undefined;
  readonly isAggregate: boolean;
  readonly startInterval: number;
  readonly intervalCount: number;
  readonly isHistorical: boolean;
  readonly frequency: number;
  readonly repeat: number;
  readonly intervals: 'INTERVALS' | 'SUB_INTERVALS' | 'OPEN_INTERVALS';
}

export interface OpenAdrEvent {
  readonly id: string;
  readonly programId: string;
  readonly name: string | undefined;
  /** 0 is the highest; undefined is below all that have one. */
  readonly priority: number | undefined;
  readonly createdAtMs: number | undefined;
  readonly modifiedAtMs: number | undefined;
  readonly targets: readonly EventTarget[];
  /** Shortens or loops the intervals; 3.1 only. */
  readonly duration: string | undefined;
  readonly period: Period | undefined;
  readonly intervals: readonly EventInterval[];
  readonly payloadDescriptors: readonly PayloadDescriptor[];
  readonly reportDescriptors: readonly ReportDescriptor[];
}

export interface Program {
  readonly id: string;
  readonly name: string;
  readonly retailerName: string | undefined;
  readonly programType: string | undefined;
  readonly isBinding: boolean | undefined;
  readonly payloadDescriptors: readonly PayloadDescriptor[];
}

/** A VEN or a resource as the VTN keeps it: enough to find ours and to see whether it is up to date. */
export interface Registered {
  readonly id: string;
  readonly name: string;
  readonly attributes: readonly Payload[];
}

export interface Subscription {
  readonly id: string;
  readonly clientName: string;
  readonly programId: string | undefined;
  readonly callbackUrls: readonly string[];
}

export type Notification =
  | { readonly kind: 'event changed'; readonly event: OpenAdrEvent }
  | { readonly kind: 'event deleted'; readonly eventId: string }
  /** About something else: worth a look at everything. */
  | { readonly kind: 'other'; readonly objectType: string };

export interface ReportInterval {
  readonly id: number;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly payloads: readonly Payload[];
}

export interface Report {
  readonly programId: string;
  readonly eventId: string;
  readonly clientName: string;
  readonly reportName: string | undefined;
  readonly descriptors: readonly {
    readonly payloadType: string;
    readonly readingType: string | undefined;
    readonly units: string | undefined;
  }[];
  readonly resources: readonly {
    readonly resourceName: string;
    readonly period: Period | undefined;
    readonly intervals: readonly ReportInterval[];
  }[];
}

/** What reading something from outside came to. */
export type Reading<T> =
  | { readonly status: 'read'; readonly value: T }
  | { readonly status: 'unreadable'; readonly why: string };
