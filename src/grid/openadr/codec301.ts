import Type, { type Static } from 'typebox';
import type { Codec } from './codec.ts';
import type { EventTarget, OpenAdrEvent } from './model.ts';
import { reportKeys } from './reportWire.ts';
import { notificationReader, resource, subscribedOperations, subscription, ven } from './sharedReaders.ts';
import {
  descriptorsFrom,
  eventFrom,
  eventKeys,
  intervals,
  maybe,
  objectId,
  payloadDescriptor,
  reader,
  shortText,
  valuesMap,
  wireBounds,
} from './wire.ts';

const eventBody = Type.Object({
  ...eventKeys,
  targets: maybe(Type.Array(valuesMap, { maxItems: wireBounds.targets })),
  intervals,
});

const event = reader(
  eventBody,
  (body): OpenAdrEvent => ({ ...eventFrom(body), targets: targetsFrom(body.targets), duration: undefined }),
);

/** Values may be numbers: Switch names its resources 1211. */
const targetsFrom = (targets: Static<typeof eventBody>['targets']): readonly EventTarget[] =>
  (targets ?? []).flatMap(({ type, values }) =>
    values.flatMap((value): readonly EventTarget[] =>
      typeof value === 'string' || typeof value === 'number' ? [{ kind: type, value: String(value) }] : [],
    ),
  );

const text = maybe(Type.String({ maxLength: 1_024 }));
const program = reader(
  Type.Object({
    id: objectId,
    programName: shortText,
    retailerName: text,
    programType: text,
    bindingEvents: maybe(Type.Boolean()),
    payloadDescriptors: maybe(Type.Array(payloadDescriptor, { maxItems: wireBounds.descriptors })),
  }),
  (body) => ({
    id: body.id,
    name: body.programName,
    retailerName: body.retailerName ?? undefined,
    programType: body.programType ?? undefined,
    isBinding: body.bindingEvents ?? undefined,
    payloadDescriptors: descriptorsFrom(body.payloadDescriptors),
  }),
);

/** 3.0.1 names the HTTP method of the operation. Some VTNs already send 3.1's words, so both are taken. */
const notification = notificationReader(['GET', 'POST', 'PUT', 'DELETE', 'READ', 'CREATE', 'UPDATE'], event);

/** OpenADR 3.0.1. */
export const codec301: Codec = {
  version: '3.0.1',
  event,
  program,
  ven,
  resource,
  subscription,
  notification,
  venBody: (name, attributes) => ({ objectType: 'VEN', venName: name, attributes }),
  resourceBody: ({ name, venId, attributes }) => ({
    objectType: 'RESOURCE',
    resourceName: name,
    venID: venId,
    attributes,
  }),
  subscriptionBody: ({ clientName, programId, callbackUrl, bearerToken }) => ({
    objectType: 'SUBSCRIPTION',
    clientName,
    programID: programId,
    objectOperations: [subscribedOperations(callbackUrl, bearerToken)],
  }),
  // Discriminators are optional in this version, and the reports of its deployments come without.
  reportBody: (report) => ({ programID: report.programId, ...reportKeys(report, {}) }),
  resourcesPath: (venId) => `/vens/${venId}/resources`,
  resourceQuery: (_venId, name) => ({ resourceName: name }),
  tokenPath: '/auth/token',
  hasDiscovery: false,
};
