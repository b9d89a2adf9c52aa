import { describe, expect, it } from 'vitest';
import {
  type ConnectionEvent,
  type ConnectionState,
  connectionAfter,
  type GridConnection,
  initialState,
  restoredState,
} from '../../src/domain/gridConnection.ts';
import { givenConnection } from '../control/givenConnection.ts';

const heartbeat = { kind: 'heartbeat', aliveUntilMs: undefined } as const;
const limits = { kind: 'limits heard' } as const;
const back = { kind: 'resynchronised' } as const;
const time = { kind: 'time passed' } as const;

type Step = readonly [atS: number, event: ConnectionEvent, isLimited?: boolean];

/** The phase after each of the steps, from a start at 0 s. */
function phases(
  profile: GridConnection['profile'],
  steps: readonly Step[],
  change: Partial<GridConnection> = {},
) {
  const connection = givenConnection({
    profile,
    heartbeatTimeoutMs: 120_000,
    minDurationMs: 7_200_000,
    ...change,
  });
  let state: ConnectionState = initialState(0);
  return steps.map(([atS, event, isLimited = false]) => {
    state = connectionAfter(state, event, connection, { nowMs: atS * 1000, isLimited });
    return state.phase;
  });
}

describe('a connection to a grid operator', () => {
  it('holds its failsafe limit until the first limit was heard', () => {
    expect(
      phases('lpc', [
        [0, time],
        [60, heartbeat],
        [61, limits, true],
      ]),
    ).toEqual(['init', 'init', 'limited']);
  });

  it('is limited while an event is in force, and unlimited otherwise', () => {
    expect(
      phases('generic', [
        [0, limits, true],
        [1, time, true],
        [2, time, false],
      ]),
    ).toEqual(['limited', 'limited', 'unlimited']);
  });

  it('falls into failsafe one millisecond after its heartbeat is overdue', () => {
    expect(
      phases('lpc', [
        [0, limits],
        [120, time],
        [120.001, time],
      ]),
    ).toEqual(['unlimited', 'unlimited', 'failsafe']);
  });

  it('never falls silent where it need not say that it is alive', () => {
    expect(
      phases(
        'generic',
        [
          [0, limits],
          [1e6, time],
        ],
        { heartbeatTimeoutMs: undefined },
      ),
    ).toEqual(['unlimited', 'unlimited']);
  });

  it('believes its sender for how long it is alive', () => {
    const until = { kind: 'heartbeat', aliveUntilMs: 600_000 } as const;
    expect(
      phases('oscp', [
        [0, limits],
        [1, until],
        [600, time],
        [600.001, time],
      ]),
    ).toEqual(['unlimited', 'unlimited', 'unlimited', 'failsafe']);
  });

  it('is autonomous once the failsafe limit held for its least duration without a heartbeat', () => {
    const steps: Step[] = [
      [0, limits],
      [121, time],
      [121 + 7_199, time],
      [121 + 7_200, time],
    ];
    expect(phases('lpc', steps)).toEqual(['unlimited', 'failsafe', 'failsafe', 'autonomous']);
  });
});

describe('a connection in failsafe', () => {
  const silent: readonly Step[] = [
    [0, limits, true],
    [121, time, true],
  ];

  it('of LPC ends with a heartbeat and a limit after it, not with one of them', () => {
    expect(phases('lpc', [...silent, [130, limits, true]]).at(-1)).toBe('failsafe');
    expect(phases('lpc', [...silent, [130, heartbeat, true]]).at(-1)).toBe('failsafe');
    expect(phases('lpc', [...silent, [130, heartbeat], [131, limits, true]]).at(-1)).toBe('limited');
  });

  it('of LPC ends 120 s after the heartbeat came back when no limit follows', () => {
    const alive: readonly Step[] = [
      [130, heartbeat],
      [190, heartbeat],
      [249, heartbeat],
    ];
    expect(phases('lpc', [...silent, ...alive, [249.999, time]]).at(-1)).toBe('failsafe');
    expect(phases('lpc', [...silent, ...alive, [250, time]]).at(-1)).toBe('unlimited');
  });

  it('of LPC goes on when the heartbeat is lost again meanwhile', () => {
    expect(phases('lpc', [...silent, [130, heartbeat], [251, time], [252, limits]]).at(-1)).toBe('failsafe');
  });

  it('of OSCP and OpenADR ends with nothing but a resynchronisation', () => {
    for (const profile of ['oscp', 'openadr3'] as const) {
      const gone: readonly Step[] = [
        [0, limits],
        [121, time],
      ];
      expect(
        phases(profile, [...gone, [130, heartbeat], [131, limits], [400, heartbeat], [401, time]]).at(-1),
      ).toBe('failsafe');
      expect(phases(profile, [...gone, [130, back, true]]).at(-1)).toBe('limited');
    }
  });

  it('of OpenADR begins only when what was scheduled is over', () => {
    expect(
      phases('openadr3', [
        [0, limits, true],
        [500, time, true],
        [501, time, false],
      ]),
    ).toEqual(['limited', 'limited', 'failsafe']);
  });

  it('of any other sender ends with its next limit', () => {
    expect(phases('generic', [...silent, [130, limits, true]]).at(-1)).toBe('limited');
  });

  it('of any other sender ends when its heartbeats go on for 120 s without a limit', () => {
    const alive: readonly Step[] = [
      [130, heartbeat],
      [200, heartbeat],
    ];
    expect(phases('generic', [...silent, ...alive, [249.999, time]]).at(-1)).toBe('failsafe');
    expect(phases('generic', [...silent, ...alive, [250, time]]).at(-1)).toBe('unlimited');
  });

  it.each(['generic', 'lpc', 'oscp', 'openadr3'] as const)(
    'of %s begins at once when the sender is known to be gone, and its coming back counts from anew',
    (profile) => {
      const gone: readonly Step[] = [
        [0, limits],
        [10, { kind: 'gone' }],
      ];
      expect(phases(profile, gone).at(-1)).toBe('failsafe');
      const goneAgain: readonly Step[] = [
        [20, heartbeat],
        [100, { kind: 'gone' }],
        [141, time],
      ];
      expect(phases(profile, [...gone, ...goneAgain]).at(-1)).toBe('failsafe');
    },
  );

  it('is left from autonomous in the same ways', () => {
    const long: readonly Step[] = [...silent, [121 + 7_200, time]];
    expect(phases('lpc', [...long, [8_000, heartbeat], [8_001, limits]]).slice(2)).toEqual([
      'autonomous',
      'autonomous',
      'unlimited',
    ]);
  });
});

describe('a state that was kept over a restart', () => {
  const kept = (phase: ConnectionState['phase']): ConnectionState => ({
    ...initialState(1_000),
    phase,
    heardAtMs: 2_000,
  });

  it('goes on in failsafe, since the same instant', () => {
    for (const profile of ['lpc', 'oscp', 'openadr3', 'generic'] as const) {
      expect(restoredState({ profile }, kept('failsafe'), 9_000)).toMatchObject({
        phase: 'failsafe',
        sinceMs: 1_000,
      });
    }
  });

  it('begins in its failsafe limit with LPC, and as it was with the others', () => {
    expect(restoredState({ profile: 'lpc' }, kept('limited'), 9_000).phase).toBe('init');
    expect(restoredState({ profile: 'oscp' }, kept('limited'), 9_000)).toMatchObject({
      phase: 'limited',
      heardAtMs: 2_000,
    });
  });

  it('was not heard in the future, whatever the clock was when it was kept', () => {
    const ahead = { ...kept('unlimited'), heardAtMs: 99_000, sinceMs: 98_000 };
    expect(restoredState({ profile: 'oscp' }, ahead, 9_000)).toMatchObject({
      heardAtMs: 9_000,
      sinceMs: 9_000,
    });
  });

  it('vouches for no longer than it did, whatever the clock was when it was kept', () => {
    const ahead = { ...kept('unlimited'), heardAtMs: 99_000, aliveUntilMs: 159_000 };
    expect(restoredState({ profile: 'oscp' }, ahead, 9_000).aliveUntilMs).toBe(69_000);
    expect(restoredState({ profile: 'oscp' }, ahead, 120_000).aliveUntilMs).toBe(159_000);
  });
});
