import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { openPeopleDesk } from '../app/people.ts';
import { systemClock } from '../clock.ts';
import { loadConfig } from '../config/config.ts';
import { siteId } from '../domain/ids.ts';
import type { Refusal } from '../domain/limitRequest.ts';
import { type Role, roles } from '../domain/person.ts';
import { createLogger } from '../log.ts';
import type { PeopleDesk } from '../people/peopleDesk.ts';
import { openStore } from '../store/openStore.ts';
import { CommandError } from './commandError.ts';

const usage = `Usage:
  lastvakt user add --config FILE --name NAME --role ROLE [--site SITE]...
  lastvakt user password --config FILE --name NAME     a new password; ends the user's logins
  lastvakt user remove --config FILE --name NAME
  lastvakt user list --config FILE
The password is asked for, or read as the first line of standard input. A service that runs notices within ten seconds.`;

/** In the audit log. */
const by = 'command-line';

/** What `lastvakt user` prints. */
export async function userCommand(
  [action = '', ...rest]: readonly string[],
  askPassword: () => Promise<string> = passwordFromInput,
): Promise<string> {
  if (action === '--help') return usage;
  const { config, name, role, site = [] } = optionsOf(rest);
  if (config === undefined) throw new CommandError('--config is needed', usage);
  const named = (): string => {
    if (name !== undefined) return name;
    throw new CommandError('--name is needed', usage);
  };
  switch (action) {
    case 'add': {
      const wanted = { name: named(), role: roleOf(role), sites: site.map(siteId) };
      const password = await askPassword();
      return withDesk(config, async (desk) => {
        heeded(await desk.addUser({ ...wanted, password }, by));
        return `user "${wanted.name}" may sign in now`;
      });
    }
    case 'password': {
      const user = named();
      const password = await askPassword();
      return withDesk(config, async (desk) => {
        heeded((await desk.changeUser(user, { password, isBlocked: false }, by)) ?? unknown(user));
        return `user "${user}" has a new password`;
      });
    }
    case 'remove': {
      const user = named();
      return withDesk(config, async (desk) => {
        heeded((await desk.removeUser(user, by)) ?? unknown(user));
        return `user "${user}" is removed`;
      });
    }
    case 'list':
      return withDesk(config, async (desk) => desk.users().map(line).join('\n') || 'there are no users');
    default:
      throw new CommandError(`there is no command "user ${action}"`, usage);
  }
}

function optionsOf(rest: readonly string[]) {
  const one = { type: 'string' } as const;
  const options = { config: one, name: one, role: one, site: { type: 'string', multiple: true } } as const;
  try {
    return parseArgs({ args: [...rest], options, allowPositionals: false }).values;
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), usage);
  }
}

function roleOf(text: string | undefined): Role {
  const role = roles.find((each) => each === text);
  if (role === undefined) throw new CommandError(`--role must be one of ${roles.join(', ')}`, usage);
  return role;
}

/** On the database of a service that may be running. */
async function withDesk(configFile: string, work: (desk: PeopleDesk) => Promise<string>): Promise<string> {
  const loaded = loadConfig(configFile, process.env);
  const ports = { clock: systemClock(), log: createLogger('error') };
  const store = await openStore(loaded.config.database.url, ports);
  try {
    const desk = await openPeopleDesk(loaded, ports, store);
    try {
      return await work(desk);
    } finally {
      desk.stop();
    }
  } finally {
    await store.stop();
  }
}

function heeded(outcome: { readonly status: 'kept' | 'removed' } | Refusal): void {
  if (outcome.status === 'refused') throw new CommandError(`${outcome.field} ${outcome.why}`);
}

const unknown = (name: string): Refusal => ({
  status: 'refused',
  field: 'name',
  why: `"${name}" is unknown`,
});

const line = ({ name, role, sites, isBlocked }: ReturnType<PeopleDesk['users']>[number]): string =>
  [name, role, ...sites, ...(isBlocked ? ['(blocked)'] : [])].join(' ');

/** Asked twice where somebody types it, unseen; else the first line. */
async function passwordFromInput(): Promise<string> {
  if (!process.stdin.isTTY) return readLine('');
  const password = await readLine('Password: ');
  if ((await readLine('Again: ')) !== password) throw new CommandError('the two differ');
  return password;
}

function readLine(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({
    input: process.stdin,
    output: nowhere,
    terminal: process.stdin.isTTY === true,
  });
  return new Promise((resolve, reject) => {
    reader.once('line', (text) => {
      resolve(text);
      reader.close();
      if (prompt !== '') process.stderr.write('\n');
    });
    reader.once('close', () => reject(new CommandError('no password was given')));
  });
}
