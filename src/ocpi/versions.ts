import type { Credentials, OcpiVersion } from '../domain/roaming/partner.ts';
import { type Codec, type Decoded, decoder } from './codec.ts';
import { answerDecoder, type Envelope } from './envelope.ts';
import { credentials as credentials221 } from './v221/credentials.ts';
import { credentials as credentials230 } from './v230/credentials.ts';

/** An object as one version has it on the wire: how it is written, and read from a request or an answer. */
export interface Spoken<Value> {
  readonly codec: Codec<Value>;
  readonly read: (body: unknown) => Decoded<Value>;
  readonly readAnswer: (body: unknown) => Decoded<Envelope<Value>>;
}

const spoken = <Value>(codec: Codec<Value>): Spoken<Value> => ({
  codec,
  read: decoder(codec),
  readAnswer: answerDecoder(codec),
});

const inVersions = <Value>(by: Readonly<Record<OcpiVersion, Codec<Value>>>) => {
  const made = { '2.2.1': spoken(by['2.2.1']), '2.3.0': spoken(by['2.3.0']) };
  return (version: OcpiVersion): Spoken<Value> => made[version];
};

export const credentialsOf = inVersions<Credentials>({ '2.2.1': credentials221, '2.3.0': credentials230 });
