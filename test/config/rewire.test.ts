import { describe, expect, it } from 'vitest';
import { rewired } from '../../src/config/rewire.ts';

const text = `# The garage.
mqtt: { password: "\${BROKER_PASSWORD}" }
sites:
  - id: garage
    circuit:
      id: grid # 63 A
      breakerAmps: 63
      evses: [ { id: A1, station: CP-1 } ]
      circuits:
        - id: hall
          breakerAmps: 40
          evses:
            - { id: A2, station: CP-2, phases: [ L1, L2, L3 ] } # by the door
`;

describe('a wiring that was confirmed', () => {
  it('is written into the config, and nothing else of it changes', () => {
    expect(rewired(text, 'A2', ['L2', 'L3', 'L1'])).toBe(text.replace('[ L1, L2, L3 ]', '[ L2, L3, L1 ]'));
  });

  it('is added where the config left it to the default', () => {
    expect(rewired(text, 'A1', ['L3'])).toBe(
      text.replace('{ id: A1, station: CP-1 }', '{ id: A1, station: CP-1, phases: [ L3 ] }'),
    );
  });

  it('is written nowhere when the EVSE is not there, or the file is broken', () => {
    expect(rewired(text, 'A3', ['L1'])).toBeUndefined();
    expect(rewired('sites: [', 'A1', ['L1'])).toBeUndefined();
    expect(rewired('{}', 'A1', ['L1'])).toBeUndefined();
  });
});
