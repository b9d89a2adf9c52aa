import type { OscpConfig } from '../../domain/oscpConfig.ts';
import type { GridMeasurement, GridPorts, GridProgress } from '../gridPorts.ts';
import type { GroupForecasts, OscpGroup } from './forecasts.ts';
import { assetMeasurements, blocksOf, energyMeasurements, singleAsset } from './measurements.ts';
import type { RequiredBehaviour } from './messages.ts';
import type { Peer } from './peer.ts';

const measurementAttempts = 3;
const complaintAttempts = 8;
const wishAttempts = 2;
/** A wish nearer to the capacity than this is not worth a message. */
const wishShareMin = 0.1;
const complaintsMax = 1_000;

/** What the cars at a target would draw if nothing but their sites stopped them, the building included. */
export type WishedWatts = (target: OscpGroup['target']) => number | undefined;

/** What the capacity provider gets from us unasked: measurements, wishes and complaints. */
export class Reports {
  readonly #config: OscpConfig;
  readonly #groups: readonly OscpGroup[];
  readonly #forecasts: GroupForecasts;
  readonly #peer: Peer;
  readonly #ports: GridPorts;
  readonly #earlier = new Map<string, GridMeasurement>();
  readonly #wished = new Map<string, number>();
  readonly #complained = new Set<string>();

  constructor(
    parts: {
      readonly config: OscpConfig;
      readonly groups: readonly OscpGroup[];
      readonly forecasts: GroupForecasts;
      readonly peer: Peer;
    },
    ports: GridPorts,
  ) {
    this.#config = parts.config;
    this.#groups = parts.groups;
    this.#forecasts = parts.forecasts;
    this.#peer = parts.peer;
    this.#ports = ports;
  }

  /** Sends a measurement of every group, as the peer wants it. */
  measure(behaviour: RequiredBehaviour): void {
    const isVector = this.#config.vector !== undefined;
    for (const { id, target } of this.#groups) {
      const now = this.#ports.measurement(target);
      if (now.quality === 'missing') continue;
      const assets = isVector
        ? singleAsset(id, now)
        : this.#config.sendsAssets
          ? assetMeasurements(id, now)
          : [];
      this.#list('update_asset_measurements', id, assets);
      if (isVector) continue;
      this.#list('update_group_measurements', id, energyMeasurements(now, this.#earlier.get(id), behaviour));
      this.#earlier.set(id, now);
    }
  }

  /** Asks for the capacity that the cars would use until the present one ends, where it differs by much. */
  wish(wishedWatts: WishedWatts): void {
    const nowMs = this.#ports.clock.nowMs();
    for (const { id, target } of this.#groups) {
      const present = this.#forecasts
        .consumption(id)
        .find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
      const watts = wishedWatts(target);
      if (present === undefined || watts === undefined || !('watts' in present.value)) continue;
      const given = present.value.watts;
      const isWorth = Math.abs(watts - given) > wishShareMin * given && this.#wished.get(id) !== watts;
      if (!isWorth) continue;
      this.#wished.set(id, watts);
      const items = blocksOf({ ...present, fromMs: Math.round(nowMs), value: { watts } });
      const message = {
        path: 'adjust_group_capacity_forecast',
        body: { group_id: id, type: 'CONSUMPTION' },
        correlationId: present.requestId,
        attempts: wishAttempts,
      };
      void this.#peer.deliverList(message, { key: 'forecasted_blocks', items });
    }
  }

  /** Tells that a capacity cannot be kept, or is not, with the blocks it is about. */
  follow({ externalId, phase, why, measuredWatts }: GridProgress): void {
    if (phase === 'effective' || phase === 'released') {
      this.#complained.delete(`infeasible ${externalId}`);
      this.#complained.delete(`violated ${externalId}`);
    }
    if (phase !== 'infeasible' && phase !== 'violated') return;
    const key = `${phase} ${externalId}`;
    const behind = this.#forecasts.capacityBehind(externalId);
    if (behind === undefined || this.#complained.has(key)) return;
    if (this.#complained.size >= complaintsMax) this.#complained.clear();
    this.#complained.add(key);
    const measured = measuredWatts === undefined ? '' : `, ${Math.round(measuredWatts)} W measured`;
    const message = `group ${behind.group.id}: capacity ${phase === 'infeasible' ? 'cannot be' : 'is not'} kept${measured}${why === undefined ? '' : ` (${why})`}`;
    void this.#peer.deliver({
      path: 'group_capacity_compliance_error',
      body: { message, forecasted_blocks: blocksOf(behind.capacity) },
      correlationId: behind.capacity.requestId,
      attempts: complaintAttempts,
    });
  }

  #list(path: string, groupId: string, items: readonly object[]): void {
    if (items.length === 0) return;
    const message = { path, body: { group_id: groupId }, attempts: measurementAttempts };
    void this.#peer.deliverList(message, { key: 'measurements', items });
  }
}
