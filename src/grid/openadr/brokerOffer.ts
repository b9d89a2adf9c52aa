import Type from 'typebox';
import { compile } from '../../schema.ts';
import { VtnError } from './http.ts';
import type { VtnClient } from './vtnClient.ts';

const isNotifiers = compile(
  Type.Object({
    MQTT: Type.Optional(
      Type.Object({
        URIS: Type.Array(Type.String({ maxLength: 2_048 }), { minItems: 1, maxItems: 16 }),
        serialization: Type.Literal('JSON'),
        authentication: Type.Object({
          method: Type.Enum(['ANONYMOUS', 'OAUTH2_BEARER_TOKEN', 'CERTIFICATE']),
          username: Type.Optional(Type.String({ maxLength: 256 })),
          caCert: Type.Optional(Type.String({ maxLength: 65_536 })),
          clientCert: Type.Optional(Type.String({ maxLength: 65_536 })),
          clientKey: Type.Optional(Type.String({ maxLength: 65_536 })),
        }),
      }),
    ),
  }),
);
const topicText = Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 }));
const isTopics = compile(
  Type.Object({
    topics: Type.Object({ CREATE: topicText, UPDATE: topicText, DELETE: topicText, ALL: topicText }),
  }),
);

/** Where the VTN tells of changes over MQTT. */
export interface BrokerOffer {
  readonly url: string;
  readonly authentication:
    | { readonly method: 'anonymous' }
    | { readonly method: 'token'; readonly username: string | undefined }
    | { readonly method: 'certificate'; readonly ca: string; readonly cert: string; readonly key: string };
  readonly topics: readonly string[];
}

/** The broker and topics of the VTN [OpenADR 3.1 OpenAPI, /notifiers]; undefined where it offers none. */
export async function brokerOffer(
  client: VtnClient,
  venId: string | undefined,
): Promise<BrokerOffer | undefined> {
  const notifiers = await client.find('/notifiers');
  if (!isNotifiers.check(notifiers) || notifiers.MQTT === undefined) return undefined;
  const { URIS, authentication } = notifiers.MQTT;
  // A VTN that keeps objects private has topics for each VEN; others have one for all.
  const paths = ['/notifiers/mqtt/topics/events'];
  if (venId !== undefined) paths.unshift(`/notifiers/mqtt/topics/vens/${venId}/events`);
  for (const path of paths) {
    const topics = await topicsAt(client, path);
    const url = URIS.find((each) => /^mqtts?:\/\//.test(each));
    if (topics.length > 0 && url !== undefined)
      return { url, topics, authentication: authenticationOf(authentication) };
  }
  return undefined;
}

async function topicsAt(client: VtnClient, path: string): Promise<readonly string[]> {
  try {
    const answer = await client.find(path);
    if (!isTopics.check(answer)) return [];
    const { ALL, CREATE, UPDATE, DELETE } = answer.topics;
    return ALL === undefined ? [CREATE, UPDATE, DELETE].filter((each) => each !== undefined) : [ALL];
  } catch (error) {
    if (error instanceof VtnError && error.status !== undefined && error.status < 500) return [];
    throw error;
  }
}

function authenticationOf(body: {
  readonly method: 'ANONYMOUS' | 'OAUTH2_BEARER_TOKEN' | 'CERTIFICATE';
  readonly username?: string;
  readonly caCert?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
}): BrokerOffer['authentication'] {
  const { caCert: ca = '', clientCert: cert = '', clientKey: key = '' } = body;
  switch (body.method) {
    case 'ANONYMOUS':
      return { method: 'anonymous' };
    case 'OAUTH2_BEARER_TOKEN':
      return { method: 'token', username: body.username };
    case 'CERTIFICATE':
      return { method: 'certificate', ca, cert, key };
  }
}
