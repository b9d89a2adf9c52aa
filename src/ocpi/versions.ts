import type { Cdr } from '../domain/roaming/cdr.ts';
import type { CommandResult, ReserveNow, StartSession } from '../domain/roaming/command.ts';
import type { Location, PublicConnector, PublicEvse } from '../domain/roaming/location.ts';
import type { Credentials, OcpiVersion } from '../domain/roaming/partner.ts';
import type { RoamingSession } from '../domain/roaming/session.ts';
import type { Tariff } from '../domain/roaming/tariff.ts';
import type { AuthorizationInfo, Token } from '../domain/roaming/token.ts';
import { type Codec, type Decoded, decoder, partial } from './codec.ts';
import { answerDecoder, type Envelope } from './envelope.ts';
import { cdr as cdr221 } from './v221/cdr.ts';
import {
  commandResult as commandResult221,
  reserveNow as reserveNow221,
  startSession as startSession221,
} from './v221/command.ts';
import { credentials as credentials221 } from './v221/credentials.ts';
import { connector as connector221, evse as evse221, location as location221 } from './v221/location.ts';
import { session as session221 } from './v221/session.ts';
import { tariff as tariff221 } from './v221/tariff.ts';
import { authorizationInfo as authorizationInfo221, token as token221 } from './v221/token.ts';
import { cdr as cdr230 } from './v230/cdr.ts';
import {
  commandResult as commandResult230,
  reserveNow as reserveNow230,
  startSession as startSession230,
} from './v230/command.ts';
import { credentials as credentials230 } from './v230/credentials.ts';
import { connector as connector230, evse as evse230, location as location230 } from './v230/location.ts';
import { session as session230 } from './v230/session.ts';
import { tariff as tariff230 } from './v230/tariff.ts';
import { authorizationInfo as authorizationInfo230, token as token230 } from './v230/token.ts';

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

export const locationOf = inVersions<Location>({ '2.2.1': location221, '2.3.0': location230 });
export const evseOf = inVersions<PublicEvse>({ '2.2.1': evse221, '2.3.0': evse230 });
export const connectorOf = inVersions<PublicConnector>({ '2.2.1': connector221, '2.3.0': connector230 });
export const locationPatchOf = inVersions<Partial<Location>>({
  '2.2.1': partial(location221),
  '2.3.0': partial(location230),
});
export const evsePatchOf = inVersions<Partial<PublicEvse>>({
  '2.2.1': partial(evse221),
  '2.3.0': partial(evse230),
});
export const connectorPatchOf = inVersions<Partial<PublicConnector>>({
  '2.2.1': partial(connector221),
  '2.3.0': partial(connector230),
});
export const tariffOf = inVersions<Tariff>({ '2.2.1': tariff221, '2.3.0': tariff230 });
export const tokenOf = inVersions<Token>({ '2.2.1': token221, '2.3.0': token230 });
export const tokenPatchOf = inVersions<Partial<Token>>({
  '2.2.1': partial(token221),
  '2.3.0': partial(token230),
});
export const authorizationInfoOf = inVersions<AuthorizationInfo>({
  '2.2.1': authorizationInfo221,
  '2.3.0': authorizationInfo230,
});
export const sessionOf = inVersions<RoamingSession>({ '2.2.1': session221, '2.3.0': session230 });
export const sessionPatchOf = inVersions<Partial<RoamingSession>>({
  '2.2.1': partial(session221),
  '2.3.0': partial(session230),
});
export const cdrOf = inVersions<Cdr>({ '2.2.1': cdr221, '2.3.0': cdr230 });
export const startSessionOf = inVersions<StartSession>({
  '2.2.1': startSession221,
  '2.3.0': startSession230,
});
export const reserveNowOf = inVersions<ReserveNow>({ '2.2.1': reserveNow221, '2.3.0': reserveNow230 });
export const commandResultOf = inVersions<CommandResult>({
  '2.2.1': commandResult221,
  '2.3.0': commandResult230,
});
