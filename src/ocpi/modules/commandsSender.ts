import type { CommandsSent } from '../retail/commandsSent.ts';
import { done, notAllowed, notFound, understood } from '../transport/reply.ts';
import { commandResultOf } from '../versions.ts';
import type { OcpiModule } from './module.ts';

/** Takes what became of commands that we sent [OCPI 2.2.1 commands, sender interface]. */
export const commandsSender = (commands: CommandsSent): OcpiModule => ({
  identifier: 'commands',
  role: 'SENDER',
  handle: async ({ method, segments, partner, version, body }) => {
    const [id = '', ...more] = segments;
    if (method !== 'POST') throw notAllowed(`${method} is not possible here`);
    const result = understood(commandResultOf(version).read(body));
    if (more.length > 0 || !commands.answered(partner.id, id, result))
      throw notFound('no command waits for this result, or no more');
    return done();
  },
});
