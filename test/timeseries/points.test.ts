import { describe, expect, it } from 'vitest';
import { pointsOf } from '../../src/timeseries/points.ts';
import { givenView } from './givenView.ts';

const lines = (view = givenView()): readonly (string | undefined)[] =>
  pointsOf(view).map((point) => point.toLineProtocol());

describe('the points of a tick', () => {
  it('are the tick, every circuit per phase, the limit that binds it, and every EVSE', () => {
    expect(lines()).toEqual([
      'tick,site=garage cause=1,charging=1,charging_amps=30,disobeying=0,duration_ms=1.5,load_share=0.5,number=7,offline=1,over_limit=0,silent_meters=0,state=1 1763690000123',
      'circuit,circuit=grid,phase=L1,site=garage background_amps=10,basis=1,draw_amps=20.25,exposure_amps=16,headroom_amps=14.5,limit_amps=40.5,limited_by=3,margin_amps=0,reading_age_ms=250 1763690000123',
      'circuit,circuit=grid,phase=L2,site=garage background_amps=0,basis=1,draw_amps=0,exposure_amps=16,headroom_amps=24.5,limit_amps=40.5,limited_by=3,margin_amps=0,reading_age_ms=250 1763690000123',
      'circuit,circuit=grid,phase=L3,site=garage background_amps=0,basis=1,draw_amps=-3,exposure_amps=16,headroom_amps=24.5,limit_amps=40.5,limited_by=3,margin_amps=0,reading_age_ms=250 1763690000123',
      'grid_limit,circuit=grid,site=garage,source=grid-operator limit_l1_amps=40.5,limit_l2_amps=40.5,limit_l3_amps=40.5,remaining_ms=60000 1763690000123',
      ...['L1', 'L2', 'L3'].map(
        (phase) =>
          `circuit,circuit=hall\\ a\\,\\ "left",phase=${phase},site=garage background_amps=0,basis=0,draw_amps=10,exposure_amps=16,headroom_amps=24,limit_amps=40,limited_by=0,margin_amps=0 1763690000123`,
      ),
      'evse,circuit=hall\\ a\\,\\ "left",evse=A1,site=garage allocated_amps=16.5,draw_l1_amps=10,draw_l2_amps=10,draw_l3_amps=10,energy_wh=1234.5,exposure_amps=16,reason=1,setpoint_amps=16,state=5 1763690000123',
      'evse,circuit=hall\\ a\\,\\ "left",evse=A2,site=garage allocated_amps=0,draw_l1_amps=0,draw_l2_amps=0,draw_l3_amps=0,exposure_amps=6,reason=7,state=0 1763690000123',
    ]);
  });

  it('leave out what is not a finite number', () => {
    const [evse] = givenView().evses;
    if (evse === undefined) throw new Error('the view has EVSEs');
    const odd = { ...evse, exposureAmps: Number.NaN, allocatedAmps: Number.POSITIVE_INFINITY };
    const line = lines(givenView({ circuits: [], evses: [odd] })).at(-1);
    expect(line).not.toMatch(/exposure_amps|allocated_amps|NaN|Infinity/);
    expect(line).toMatch(/setpoint_amps=16/);
  });

  it('never carry a token or a session in a tag', () => {
    expect(lines().join('\n')).not.toMatch(/DEADBEEF|session|transaction/);
  });
});
