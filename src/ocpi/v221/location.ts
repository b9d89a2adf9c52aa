import type { Location, PublicConnector, PublicEvse } from '../../domain/roaming/location.ts';
import { object, untold } from '../codec.ts';
import { connectorFields } from '../objects/connector.ts';
import { evseFields } from '../objects/evse.ts';
import { locationFields } from '../objects/location.ts';
import { dialect } from './dialect.ts';

export const connector = object<PublicConnector>({
  ...connectorFields(dialect),
  capabilities: untold<readonly string[]>([]),
});

export const evse = object<PublicEvse>({
  ...evseFields(dialect, connector),
  parking: untold<PublicEvse['parking']>([]),
  acceptedServiceProviders: untold<readonly string[]>([]),
});

export const location = object<Location>({
  ...locationFields(dialect, evse),
  parkingPlaces: untold<Location['parkingPlaces']>([]),
  helpPhone: untold<string | undefined>(undefined),
});
