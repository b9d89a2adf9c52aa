/** Why a CALL is not answered with a result, in the spelling of OCPP 2.0.1. [OCPP 2.0.1 Part 4, 4.3] */
export type ErrorCode =
  | 'FormatViolation'
  | 'InternalError'
  | 'MessageTypeNotSupported'
  | 'NotImplemented'
  | 'NotSupported'
  | 'OccurrenceConstraintViolation'
  | 'PropertyConstraintViolation'
  | 'RpcFrameworkError'
  | 'TypeConstraintViolation';

/** How one version spells each code; undefined where it has a message ignored instead. */
export type ErrorNames = { readonly [code in ErrorCode]: string | undefined };

export const errorNames16: ErrorNames = {
  FormatViolation: 'FormationViolation',
  InternalError: 'InternalError',
  // 1.6 has unknown message types ignored, 2.0.1 has them answered. [OCPP 2.0.1 Part 4, 4.1.3 and 4.4]
  MessageTypeNotSupported: undefined,
  NotImplemented: 'NotImplemented',
  NotSupported: 'NotSupported',
  // Spelled with one "r" in OCPP-J 1.6, and stations compare it as it is written there.
  OccurrenceConstraintViolation: 'OccurenceConstraintViolation',
  PropertyConstraintViolation: 'PropertyConstraintViolation',
  RpcFrameworkError: 'ProtocolError',
  TypeConstraintViolation: 'TypeConstraintViolation',
};

export const errorNames201: ErrorNames = {
  FormatViolation: 'FormatViolation',
  InternalError: 'InternalError',
  MessageTypeNotSupported: 'MessageTypeNotSupported',
  NotImplemented: 'NotImplemented',
  NotSupported: 'NotSupported',
  OccurrenceConstraintViolation: 'OccurrenceConstraintViolation',
  PropertyConstraintViolation: 'PropertyConstraintViolation',
  RpcFrameworkError: 'RpcFrameworkError',
  TypeConstraintViolation: 'TypeConstraintViolation',
};
