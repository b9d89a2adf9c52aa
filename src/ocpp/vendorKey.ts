import type { StationCommand } from '../control/ports.ts';
import type { VendorKey } from '../domain/traits.ts';
import type { StationRequest } from './requests.ts';

const perAmp: Readonly<Record<VendorKey['unit'], number>> = { A: 1, dA: 10, cA: 100, mA: 1000 };

/** The setting that stands for a setpoint at a station without charging profiles; undefined where it has them. */
export function vendorSetting(
  command: StationCommand,
): Extract<StationRequest, { kind: 'change configuration' }> | undefined {
  if (command.kind !== 'lease' && command.kind !== 'standing') return undefined;
  const { rung, vendorKey } = command.schedule;
  if (rung !== 'vendor key' || vendorKey === undefined) return undefined;
  const amps = command.kind === 'lease' ? command.setpointAmps : command.amps;
  // In binary floating point 2.3 A is 22.999… tenths.
  const value = Math.floor(amps * perAmp[vendorKey.unit] + 1e-6);
  return { kind: 'change configuration', key: vendorKey.key, value: String(value) };
}
