import { describe, expect, it } from 'vitest';
import { minuteMs, Steps, Stretch } from '../../src/domain/minutes.ts';

describe('figures over a stretch of time', () => {
  it('are means by time, highest and lowest values, seconds, or what was last', () => {
    const stretch = new Stretch();
    const phase = (amps: number) => ({ draw_l1_amps: amps, draw_max_l1_amps: amps, limit_l1_amps: amps });
    stretch.add({ ...phase(10), over_limit_s: 0, state: 1 }, 45_000);
    stretch.add({ ...phase(30), over_limit_s: 1, state: 3 }, 15_000);
    expect(stretch.figures()).toEqual({
      draw_l1_amps: 15,
      draw_max_l1_amps: 30,
      limit_l1_amps: 10,
      over_limit_s: 15,
      state: 3,
    });
  });

  it('know of a figure only what was told of it', () => {
    const stretch = new Stretch();
    stretch.add({ setpoint_amps: 16 }, 1_000);
    stretch.add({}, 59_000);
    expect(stretch.figures()).toEqual({ setpoint_amps: 16 });
  });

  it('are kept in hundredths', () => {
    const stretch = new Stretch();
    stretch.add({ draw_l1_amps: 1 / 3 }, 1_000);
    expect(stretch.figures()).toEqual({ draw_l1_amps: 0.33 });
  });
});

describe('steps of several minutes', () => {
  it('are as one long minute would have been', () => {
    const steps = new Steps(5 * minuteMs);
    for (const [minute, amps, overS] of [
      [5, 10, 0],
      [6, 20, 60],
      [9, 30, 15],
      [10, 50, 0],
    ] as const) {
      const figures = {
        draw_l1_amps: amps,
        draw_max_l1_amps: amps,
        headroom_l1_amps: amps,
        over_limit_s: overS,
      };
      steps.add({ atMs: minute * minuteMs, figures });
    }
    const figures = { draw_l1_amps: 20, draw_max_l1_amps: 30, headroom_l1_amps: 10, over_limit_s: 75 };
    const last = { draw_l1_amps: 50, draw_max_l1_amps: 50, headroom_l1_amps: 50, over_limit_s: 0 };
    expect(steps.minutes()).toEqual([
      { atMs: 5 * minuteMs, figures },
      { atMs: 10 * minuteMs, figures: last },
    ]);
  });
});
