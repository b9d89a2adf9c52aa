import type { Tariff } from '../../domain/roaming/tariff.ts';
import { listReply, pageOf, pageQuery } from '../transport/paging.ts';
import { notAllowed, notFound } from '../transport/reply.ts';
import { tariffOf } from '../versions.ts';
import type { OcpiModule } from './module.ts';

/** Our tariffs, as far as the version has words for them [OCPI 2.2.1 tariffs, sender interface]. */
export const tariffsSender = (tariffs: readonly Tariff[]): OcpiModule => ({
  identifier: 'tariffs',
  role: 'SENDER',
  handle: async (call) => {
    if (call.method !== 'GET') throw notAllowed(`${call.method} is not possible here`);
    if (call.segments.length > 0) throw notFound('tariffs are told as a list');
    const { codec } = tariffOf(call.version);
    const query = pageQuery(call.query);
    const { items, total } = pageOf(
      tariffs.filter((tariff) => codec.tells?.(tariff) ?? true),
      query,
    );
    return listReply({ items: items.map(codec.write), total }, query, call);
  },
});
