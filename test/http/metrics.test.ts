import { describe, expect, it } from 'vitest';
import type { Figure } from '../../src/http/ports.ts';
import { VirtualClock } from '../virtualClock.ts';
import { as, depot, garage, givenApi, givenPorts, nowMs } from './givenApi.ts';

const over = {
  ...garage,
  circuits: garage.circuits.map((circuit) => ({ ...circuit, drawAmps: [0, 63.1, 0] as const })),
};

describe('GET /metrics', () => {
  it('shows the sites in base units', async () => {
    const { body } = await (await givenApi()).inject({ url: '/metrics' });
    for (const line of [
      'lastvakt_site_draw_amperes{site="garage",phase="L2"} 31',
      'lastvakt_site_limit_amperes{site="garage",phase="L1"} 63',
      'lastvakt_site_headroom_amperes{site="depot",phase="L3"} 27',
      'lastvakt_site_exposure_amperes{site="garage",phase="L1"} 16',
      'lastvakt_site_state{site="garage",state="normal"} 1',
      'lastvakt_evses{site="garage",state="charging"} 1',
      'lastvakt_evses{site="garage",state="available"} 1',
      'lastvakt_meter_age_seconds{site="garage"} 0.8',
      'lastvakt_event_clients 0',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    expect(body).toContain('process_resident_memory_bytes');
  });

  it('counts ticks once, and the time over the limit from view to view', async () => {
    const clock = new VirtualClock(nowMs);
    const ports = givenPorts({ clock });
    const api = await givenApi(ports);
    ports.show(over);
    ports.show(depot);
    clock.advance(1500);
    ports.show({ ...over, tick: { ...over.tick, number: 8, cause: 'drop' } });
    clock.advance(500);
    ports.show({ ...depot, siteId: garage.siteId, tick: { ...garage.tick, number: 9 } });
    clock.advance(10_000);
    ports.show({ ...depot, siteId: garage.siteId, tick: { ...garage.tick, number: 10 } });
    const lines = (await api.inject({ url: '/metrics' })).body.split('\n');
    expect(lines).toContain('lastvakt_over_limit_seconds_total{site="garage"} 2');
    expect(lines).toContain('lastvakt_over_limit_seconds_total{site="depot"} 0');
    expect(lines).toContain('lastvakt_ticks_total{cause="pace"} 3');
    expect(lines).toContain('lastvakt_ticks_total{cause="drop"} 1');
    expect(lines).toContain('lastvakt_tick_duration_seconds_count 4');
  });

  it('does not count a draw at the limit as over it', async () => {
    const clock = new VirtualClock(nowMs);
    const ports = givenPorts({ clock });
    const api = await givenApi(ports);
    const atLimit = garage.circuits.map((circuit) => ({ ...circuit, loadShare: 1 }));
    ports.show({ ...garage, circuits: atLimit });
    clock.advance(1000);
    ports.show({ ...garage, circuits: atLimit });
    const { body } = await api.inject({ url: '/metrics' });
    expect(body).toContain('lastvakt_over_limit_seconds_total{site="garage"} 0');
  });

  it('shows the figures of other parts, new at each scrape', async () => {
    let sent = 3;
    const figures = (): readonly Figure[] => [
      {
        name: 'influx_dropped_total',
        help: 'Points lost',
        kind: 'counter',
        samples: [{ labels: {}, value: 5 }],
      },
      {
        name: 'stations_connected',
        help: 'Stations with a connection',
        kind: 'gauge',
        samples: [{ labels: { site: 'garage' }, value: sent }],
      },
    ];
    const api = await givenApi(givenPorts({ figures }));
    const scrape = async () => (await api.inject({ url: '/metrics' })).body.split('\n');
    expect(await scrape()).toContain('lastvakt_stations_connected{site="garage"} 3');
    sent = 2;
    const lines = await scrape();
    expect(lines).toContain('lastvakt_stations_connected{site="garage"} 2');
    expect(lines).toContain('lastvakt_influx_dropped_total 5');
    expect(lines).toContain('# TYPE lastvakt_influx_dropped_total counter');
  });

  it('leaves out a figure that has no sample yet, and values that are none', async () => {
    let refused: Figure['samples'] = [];
    const figures = (): readonly Figure[] => [
      { name: 'meter_refused_total', help: 'Refused', kind: 'counter', samples: refused },
      { name: 'age_seconds', help: 'Age', kind: 'gauge', samples: [{ labels: {}, value: Number.NaN }] },
    ];
    const api = await givenApi(givenPorts({ figures }));
    const scrape = async () => api.inject({ url: '/metrics' });
    expect((await scrape()).statusCode).toBe(200);
    refused = [{ labels: { reason: 'not JSON' }, value: 4 }];
    const { body } = await scrape();
    expect(body).toContain('lastvakt_meter_refused_total{reason="not JSON"} 4');
    expect(body).not.toMatch(/^lastvakt_age_seconds NaN/im);
  });

  it('counts requests by route, never by URL', async () => {
    const api = await givenApi();
    for (const id of ['a', 'b', 'c']) await api.inject({ url: `/api/v1/sites/${id}`, headers: as('root') });
    await api.inject({ url: '/wp-login.php' });
    await api.inject({ url: '/api/v1/sites' });
    const { body } = await api.inject({ url: '/metrics' });
    expect(body).toContain(
      'lastvakt_http_request_duration_seconds_count{method="GET",route="/api/v1/sites/:site",status="404"} 3',
    );
    expect(body).toContain(
      'lastvakt_http_request_duration_seconds_count{method="GET",route="unknown",status="404"} 1',
    );
    expect(body).toContain('lastvakt_auth_failures_total{interface="http"} 1');
    expect(body).not.toContain('wp-login');
  });

  it('is open to this machine, and needs a key of every site elsewhere', async () => {
    const api = await givenApi(givenPorts(), { host: '0.0.0.0' });
    const status = async (headers: Record<string, string>) =>
      (await api.inject({ url: '/metrics', headers })).statusCode;
    expect(await status({})).toBe(401);
    expect(await status(as('guest'))).toBe(403);
    expect(await status(as('root'))).toBe(200);
  });
});
