import type { StationCommand } from '../../control/ports.ts';

/** A command as a line of the trace. */
export function commandLine(command: StationCommand): string {
  const name = `${command.evseId} ${command.sequence} ${command.kind}`;
  switch (command.kind) {
    case 'lease':
      return `${name} ${command.setpointAmps} ${command.tailAmps} ${command.leaseMs}`;
    case 'standing':
    case 'station maximum':
      return `${name} ${command.amps}`;
    case 'clear':
      return `${name} ${command.rung}`;
    case 'remote start':
      return `${name} ${command.tokenId}`;
    case 'remote stop':
    case 'end priority':
      return `${name} ${command.transactionId}`;
    default:
      return command satisfies never;
  }
}
