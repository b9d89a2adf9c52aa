import Type from 'typebox';
import type { Notification, OpenAdrEvent, Reading } from './model.ts';
import { maybe, objectId, reader, shortText, valuesMap } from './wire.ts';

// Readers of what both versions spell alike as far as we look.

const registeredKeys = { id: objectId, attributes: maybe(Type.Array(valuesMap, { maxItems: 64 })) };

export const ven = reader(Type.Object({ ...registeredKeys, venName: shortText }), (body) => ({
  id: body.id,
  name: body.venName,
  attributes: body.attributes ?? [],
}));

export const resource = reader(Type.Object({ ...registeredKeys, resourceName: shortText }), (body) => ({
  id: body.id,
  name: body.resourceName,
  attributes: body.attributes ?? [],
}));

export const subscription = reader(
  Type.Object({
    id: objectId,
    clientName: Type.String({ maxLength: 128 }),
    programID: maybe(objectId),
    objectOperations: Type.Array(Type.Object({ callbackUrl: Type.String({ maxLength: 8_000 }) }), {
      maxItems: 64,
    }),
  }),
  (body) => ({
    id: body.id,
    clientName: body.clientName,
    programId: body.programID ?? undefined,
    callbackUrls: body.objectOperations.map(({ callbackUrl }) => callbackUrl),
  }),
);

/** Reads notifications whose operation is one of these words. */
export const notificationReader = (
  operations: string[],
  event: (body: unknown) => Reading<OpenAdrEvent>,
): ((body: unknown) => Reading<Notification>) =>
  reader(
    Type.Object({
      objectType: Type.Enum(['PROGRAM', 'EVENT', 'REPORT', 'SUBSCRIPTION', 'VEN', 'RESOURCE']),
      operation: Type.Enum(operations),
      object: Type.Object({ id: Type.Optional(objectId) }),
    }),
    ({ objectType, operation, object }): Notification | Reading<Notification> => {
      if (objectType !== 'EVENT') return { kind: 'other', objectType };
      if (operation !== 'DELETE') {
        const changed = event(object);
        return changed.status === 'read' ? { kind: 'event changed', event: changed.value } : changed;
      }
      return object.id === undefined
        ? { status: 'unreadable', why: '/object lacks the key "id"' }
        : { kind: 'event deleted', eventId: object.id };
    },
  );

/** Who shall be told what: every change of events, at one address. */
export const subscribedOperations = (callbackUrl: string, bearerToken: string | undefined): object => ({
  objects: ['EVENT'],
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  callbackUrl,
  ...(bearerToken === undefined ? {} : { bearerToken }),
});
