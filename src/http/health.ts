import Type from 'typebox';
import type { Plugin } from './plugin.ts';
import type { HealthReason, HttpPorts } from './ports.ts';

const health = Type.Object(
  {
    status: Type.Unsafe<'pass' | 'fail'>({ type: 'string', enum: ['pass', 'fail'] }),
    reasons: Type.Unsafe<readonly HealthReason[]>(Type.Array(Type.String())),
  },
  { additionalProperties: false, description: 'Reasons may be there with "pass" too: degraded, but working' },
);

/** `GET /livez` and `GET /readyz`, for supervisors: they need no key and name nothing of the site. */
export const healthProbes =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    const add = (url: string, summary: string, isWell: () => boolean) =>
      api.get(
        url,
        { config: { right: 'open' }, schema: { summary, response: { 200: health, 503: health } } },
        async (_request, reply) => {
          const passes = isWell();
          reply.code(passes ? 200 : 503);
          return { status: passes ? 'pass' : 'fail', reasons: ports.health().reasons } as const;
        },
      );
    add('/livez', 'Whether the control loop ticks: restart the service if not', () => ports.health().isAlive);
    add(
      '/readyz',
      'Whether limits are loaded and the loop has what it must have',
      () => ports.health().isReady,
    );
  };
