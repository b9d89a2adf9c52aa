import Type from 'typebox';
import type { Codec } from './codec.ts';
import type { OpenAdrEvent } from './model.ts';
import { reportKeys } from './reportWire.ts';
import { notificationReader, resource, subscribedOperations, subscription, ven } from './sharedReaders.ts';
import {
  descriptorsFrom,
  eventFrom,
  eventKeys,
  firstValue,
  intervals,
  maybe,
  objectId,
  payloadDescriptor,
  reader,
  shortText,
  textOf,
  valuesMap,
  wireBounds,
} from './wire.ts';

const event = reader(
  Type.Object({
    ...eventKeys,
    duration: maybe(Type.String({ maxLength: 64 })),
    targets: maybe(Type.Array(shortText, { maxItems: wireBounds.targets })),
    intervals: maybe(intervals),
  }),
  (body): OpenAdrEvent => ({
    ...eventFrom(body),
    targets: (body.targets ?? []).map((value) => ({ kind: undefined, value })),
    duration: body.duration ?? undefined,
  }),
);

const program = reader(
  Type.Object({
    id: objectId,
    programName: shortText,
    attributes: maybe(Type.Array(valuesMap, { maxItems: 64 })),
    payloadDescriptors: maybe(Type.Array(payloadDescriptor, { maxItems: wireBounds.descriptors })),
  }),
  (body) => {
    const attributes = body.attributes ?? [];
    const binding = firstValue(attributes, 'BINDING_EVENTS');
    return {
      id: body.id,
      name: body.programName,
      retailerName: textOf(firstValue(attributes, 'RETAILER_NAME')),
      programType: textOf(firstValue(attributes, 'PROGRAM_TYPE')),
      isBinding: typeof binding === 'boolean' ? binding : undefined,
      payloadDescriptors: descriptorsFrom(body.payloadDescriptors),
    };
  },
);

const notification = notificationReader(['CREATE', 'READ', 'UPDATE', 'DELETE'], event);

/** OpenADR 3.1. */
export const codec31: Codec = {
  version: '3.1',
  event,
  program,
  ven,
  resource,
  subscription,
  notification,
  venBody: (name, attributes) => ({ objectType: 'VEN_VEN_REQUEST', venName: name, attributes }),
  resourceBody: ({ name, venId, attributes }) => ({
    objectType: 'VEN_RESOURCE_REQUEST',
    resourceName: name,
    venID: venId,
    attributes,
  }),
  subscriptionBody: ({ clientName, programId, callbackUrl, bearerToken }) => ({
    clientName,
    ...(programId === undefined ? {} : { programID: programId }),
    objectOperations: [subscribedOperations(callbackUrl, bearerToken)],
  }),
  reportBody: (report) => reportKeys(report, { objectType: 'REPORT_PAYLOAD_DESCRIPTOR' }),
  resourcesPath: () => '/resources',
  resourceQuery: (venId, name) => ({ venID: venId, resourceName: name }),
  tokenPath: '/auth/token',
  hasDiscovery: true,
};
