import { centralActions as of201 } from '../v201/centralActions.ts';

/**
 * What a CSMS may send to a station of OCPP 2.1. `NotifyWebPaymentStarted` is read both ways by those who wrote
 * stations and servers, so it is sent where somebody wants it and answered where it comes.
 */
export const centralActions: readonly string[] = [
  ...of201,
  'AdjustPeriodicEventStream',
  'AFRRSignal',
  'ChangeTransactionTariff',
  'ClearDERControl',
  'ClearTariffs',
  'GetDERControl',
  'GetPeriodicEventStream',
  'GetTariffs',
  'NotifyAllowedEnergyTransfer',
  'NotifyWebPaymentStarted',
  'RequestBatterySwap',
  'SetDefaultTariff',
  'SetDERControl',
  'UpdateDynamicSchedule',
  'UsePriorityCharging',
];
