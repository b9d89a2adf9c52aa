import type { OpenAdrResource } from './addressees.ts';
import type { Codec } from './codec.ts';
import { VtnError } from './http.ts';
import type { Payload, Reading, Registered } from './model.ts';
import type { VtnClient } from './vtnClient.ts';

export interface Enrolment {
  readonly client: VtnClient;
  readonly codec: Codec;
  readonly venName: string;
  readonly resources: readonly OpenAdrResource[];
}

/** Makes the VTN know our VEN and its resources: found by name, created where missing, updated where different. */
export async function enrol({ client, codec, venName, resources }: Enrolment): Promise<string> {
  const ven = await foundOrCreated(client, {
    path: '/vens',
    query: { venName },
    name: venName,
    read: codec.ven,
    body: codec.venBody(venName, []),
    attributes: [],
  });
  for (const resource of resources) {
    const attributes = attributesOf(resource);
    await foundOrCreated(client, {
      path: codec.resourcesPath(ven.id),
      query: codec.resourceQuery(ven.id, resource.name),
      name: resource.name,
      read: codec.resource,
      body: codec.resourceBody({ name: resource.name, venId: ven.id, attributes }),
      attributes,
    });
  }
  return ven.id;
}

/** In kilowatts [OpenADR 3.1 Definition, ven and resource attributes]. */
const attributesOf = ({ maxWatts }: OpenAdrResource): readonly Payload[] =>
  maxWatts === undefined ? [] : [{ type: 'MAX_POWER_CONSUMPTION', values: [maxWatts / 1_000] }];

interface Wanted {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly name: string;
  readonly read: (body: unknown) => Reading<Registered>;
  readonly body: object;
  readonly attributes: readonly Payload[];
}

async function foundOrCreated(client: VtnClient, wanted: Wanted): Promise<Registered> {
  const found = await named(client, wanted);
  if (found === undefined) return created(client, wanted);
  // Attributes that others gave it stay; only ours are compared.
  const isCurrent = wanted.attributes.every(({ type, values }) =>
    found.attributes.some(
      (each) => each.type === type && JSON.stringify(each.values) === JSON.stringify(values),
    ),
  );
  if (!isCurrent) await client.replace(`${wanted.path}/${found.id}`, wanted.body);
  return found;
}

/** Some VTNs take no notice of the query, so the name is compared here too. */
async function named(
  client: VtnClient,
  { path, query, name, read }: Wanted,
): Promise<Registered | undefined> {
  const { items } = await client.list(path, query, 20);
  for (const item of items) {
    const each = read(item);
    if (each.status === 'read' && each.value.name === name) return each.value;
  }
  return undefined;
}

async function created(client: VtnClient, wanted: Wanted): Promise<Registered> {
  const answer = wanted.read(await client.create(wanted.path, wanted.body));
  if (answer.status === 'read') return answer.value;
  throw new VtnError('unreadable', `POST ${wanted.path} answered something else: ${answer.why}`);
}

export interface SubscriptionWish {
  readonly client: VtnClient;
  readonly codec: Codec;
  readonly clientName: string;
  readonly callbackUrl: string;
  readonly bearerToken: string;
  /** 3.0.1 subscribes to one program at a time; undefined is all of them, which only 3.1 knows. */
  readonly programId: string | undefined;
}

/**
 * Makes sure that a subscription to our callback address exists. An old one of ours at another address is removed: its
 * notices would go to where nobody listens.
 */
export async function subscribe(wish: SubscriptionWish): Promise<void> {
  const { client, codec, clientName, callbackUrl, bearerToken, programId } = wish;
  const query: Record<string, string> = programId === undefined ? {} : { programID: programId };
  const { items } = await client.list('/subscriptions', query, 20);
  let hasOne = false;
  for (const item of items) {
    const read = codec.subscription(item);
    if (read.status === 'unreadable') continue;
    const { id, clientName: owner, callbackUrls, programId: about } = read.value;
    if (owner !== clientName || about !== programId) continue;
    if (callbackUrls.includes(callbackUrl) && !hasOne) hasOne = true;
    else await client.remove(`/subscriptions/${id}`);
  }
  if (hasOne) return;
  await client.create(
    '/subscriptions',
    codec.subscriptionBody({ clientName, programId, callbackUrl, bearerToken }),
  );
}
