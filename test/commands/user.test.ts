import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userCommand } from '../../src/commands/user.ts';
import { givenApp } from '../app/givenApp.ts';
import { runProgram } from '../app/givenService.ts';

let folder = '';
let file = '';
const config = () => `
http: { port: 0 }
ocpp: { port: 0 }
log: { level: error }
database: { url: "sqlite:${join(folder, 'people.db')}" }
incidents: { enabled: false }
sites:
  - id: garage
    timeZone: Europe/Stockholm
    circuit: { id: grid, breakerAmps: 63 }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lastvakt-people-'));
  file = join(folder, 'config.yaml');
  await writeFile(file, config());
});
afterAll(() => rm(folder, { recursive: true }));

const password = 'the very first password';
const lastvaktUser = (line: string, typed = password): Promise<string> =>
  userCommand([...line.split(' '), '--config', file], async () => typed);

describe('lastvakt user', () => {
  it('adds the first admin, who then signs in over the API of the service that runs', async () => {
    const { app, api } = await givenApp(config());
    try {
      const viewer = lastvaktUser('add --name eva --role viewer --site garage');
      await expect(viewer).rejects.toThrow('role must be admin');
      expect(await lastvaktUser('add --name eva --role admin')).toBe('user "eva" may sign in now');
      const answer = await fetch(`${api}/api/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'eva', password }),
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ name: 'eva', role: 'admin' });
      // With a user the trial is over.
      expect((await fetch(`${api}/api/v1/sites`)).status).toBe(401);
    } finally {
      await app.stop();
    }
    expect(await lastvaktUser('list')).toBe('eva admin');
  });

  it('reads the password from standard input where nobody types', async () => {
    const args = ['user', 'add', '--config', file, '--name', 'olle', '--role', 'admin'];
    const program = runProgram(args, `${password}\n`);
    expect((await program.exited).code).toBe(0);
    expect(program.stdout()).toBe('user "olle" may sign in now\n');
    expect(await lastvaktUser('password --name olle', 'another long one')).toContain('has a new password');
    expect(await lastvaktUser('remove --name olle')).toBe('user "olle" is removed');
  });

  it.each([
    ['a short password', 'add --name bo --role admin', 'x', 'password needs 12 characters'],
    ['no role', 'add --name bo', password, '--role must be one of viewer'],
    ['no name', 'add --role admin', password, '--name is needed'],
    ['an unknown user', 'remove --name zoe', '', 'name "zoe" is unknown'],
    ['another word', 'promote', '', 'there is no command "user promote"'],
    ['an unknown option', 'list --all', '', "Unknown option '--all'"],
  ])('is refused with %s', async (_what, line, typed, why) => {
    await expect(lastvaktUser(line, typed)).rejects.toThrow(why);
  });
});
