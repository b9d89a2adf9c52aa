import type {
  Notification,
  OpenAdrEvent,
  OpenAdrVersion,
  Payload,
  Program,
  Reading,
  Registered,
  Report,
  Subscription,
} from './model.ts';

export interface SubscriptionRequest {
  readonly clientName: string;
  readonly programId: string | undefined;
  readonly callbackUrl: string;
  readonly bearerToken: string | undefined;
}

export interface ResourceRequest {
  readonly name: string;
  readonly venId: string;
  readonly attributes: readonly Payload[];
}

/** One version of the protocol: what comes in is read into the model, what goes out is written from it. All pure. */
export interface Codec {
  readonly version: OpenAdrVersion;
  readonly event: (body: unknown) => Reading<OpenAdrEvent>;
  readonly program: (body: unknown) => Reading<Program>;
  readonly ven: (body: unknown) => Reading<Registered>;
  readonly resource: (body: unknown) => Reading<Registered>;
  readonly subscription: (body: unknown) => Reading<Subscription>;
  readonly notification: (body: unknown) => Reading<Notification>;
  readonly venBody: (name: string, attributes: readonly Payload[]) => object;
  readonly resourceBody: (request: ResourceRequest) => object;
  readonly subscriptionBody: (request: SubscriptionRequest) => object;
  readonly reportBody: (report: Report) => object;
  /** Path of the collection of resources of a VEN, and the query that names one. */
  readonly resourcesPath: (venId: string) => string;
  readonly resourceQuery: (venId: string, name: string) => Readonly<Record<string, string>>;
  /** Path below the address of the VTN at which tokens are given, where no discovery says otherwise. */
  readonly tokenPath: string;
  readonly hasDiscovery: boolean;
}
