import type {
  AuthorizationInfo,
  EnergyContract,
  LocationReferences,
  Token,
} from '../../domain/roaming/token.ts';
import { type Codec, list, type ObjectCodec, object, optional, required } from '../codec.ts';
import { ciString, code, flag, instant, oneOf, text } from '../values.ts';
import { type Dialect, displayText, party, tokenTypes } from './common.ts';

export const profileType = oneOf(['CHEAP', 'FAST', 'GREEN', 'REGULAR']);

export const energyContract = object<EnergyContract>({
  supplierName: required('supplier_name', text(64)),
  contractId: optional('contract_id', text(64)),
});

export const tokenOf = ({ word }: Dialect): ObjectCodec<Token> =>
  object<Token>({
    ...party,
    uid: required('uid', ciString(36)),
    type: required('type', word(tokenTypes)),
    contractId: required('contract_id', ciString(36)),
    visualNumber: optional('visual_number', text(64)),
    issuer: required('issuer', text(64)),
    groupId: optional('group_id', ciString(36)),
    isValid: required('valid', flag),
    whitelist: required('whitelist', oneOf(['ALWAYS', 'ALLOWED', 'ALLOWED_OFFLINE', 'NEVER'])),
    language: optional('language', code(2)),
    defaultProfileType: optional('default_profile_type', profileType),
    energyContract: optional('energy_contract', energyContract),
    lastUpdatedMs: required('last_updated', instant),
  });

export const locationReferences = object<LocationReferences>({
  locationId: required('location_id', ciString(36)),
  evseUids: list('evse_uids', ciString(36)),
});

export const authorizationInfoOf = (token: Codec<Token>): Codec<AuthorizationInfo> =>
  object<AuthorizationInfo>({
    allowed: required('allowed', oneOf(['ALLOWED', 'BLOCKED', 'EXPIRED', 'NO_CREDIT', 'NOT_ALLOWED'])),
    token: required('token', token),
    location: optional('location', locationReferences),
    authorizationReference: optional('authorization_reference', ciString(36)),
    info: optional('info', displayText),
  });
