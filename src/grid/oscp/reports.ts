import type { PowerSpan } from '../../control/wishedPower.ts';
import type { OscpConfig } from '../../domain/oscpConfig.ts';
import type { GridMeasurement, GridPorts, GridProgress, HeardLimit } from '../gridPorts.ts';
import type { GroupForecasts, OscpGroup } from './forecasts.ts';
import { assetMeasurements, blocksOf, energyMeasurements, singleAsset } from './measurements.ts';
import type { RequiredBehaviour } from './messages.ts';
import type { Peer } from './peer.ts';
import { isNews, type Wish, wishesOf } from './wishes.ts';

const measurementAttempts = 3;
const complaintAttempts = 8;
const wishAttempts = 2;
const complaintsMax = 1_000;

/** What is wanted within a boundary at a target from now on; empty where nobody knows. */
export type WishedPower = (of: Pick<HeardLimit, 'target' | 'boundary'>) => readonly PowerSpan[];

/** What the capacity provider gets from us unasked: measurements, wishes and complaints. */
export class Reports {
  readonly #config: OscpConfig;
  readonly #groups: readonly OscpGroup[];
  readonly #forecasts: GroupForecasts;
  readonly #peer: Peer;
  readonly #ports: GridPorts;
  readonly #earlier = new Map<string, GridMeasurement>();
  readonly #wished = new Map<string, readonly Wish[]>();
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

  /** Asks for more or less capacity where what is wanted differs by much from what was given. */
  wish(wishedPower: WishedPower, boundary: HeardLimit['boundary']): void {
    for (const { id, target } of this.#groups) {
      const wishes = wishesOf(this.#forecasts.consumption(id), wishedPower({ target, boundary }));
      const [first] = wishes;
      if (first === undefined || !isNews(wishes, this.#wished.get(id) ?? [])) continue;
      this.#wished.set(id, wishes);
      const message = {
        path: 'adjust_group_capacity_forecast',
        body: { group_id: id, type: 'CONSUMPTION' },
        correlationId: first.requestId,
        attempts: wishAttempts,
      };
      void this.#peer.deliverList(message, { key: 'forecasted_blocks', items: wishes.flatMap(blocksOf) });
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
