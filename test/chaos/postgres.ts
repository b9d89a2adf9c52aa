import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../app/givenService.ts';
import { type Account, type OwnServer, ServerProcess, temporaryFolder } from './serverProcess.ts';

/** A database server with one empty database, from the programs in `binFolder`; as durable as in the field. */
export async function startPostgres(binFolder: string): Promise<OwnServer> {
  const account = postgresAccount();
  const folder = temporaryFolder('postgres', account);
  const data = join(folder.path, 'data');
  const cluster = [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ];
  execFileSync(join(binFolder, 'initdb'), cluster, { stdio: 'ignore', ...account });
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const server = new ServerProcess({
    program: join(binFolder, 'postgres'),
    args: [
      '-D',
      data,
      '-p',
      `${port}`,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${data}`,
    ],
    account,
    answers: () => answers(url),
  });
  await server.start();
  return {
    url,
    kill: () => server.kill(),
    start: () => server.start(),
    async stop() {
      await server.kill();
      folder.remove();
    },
  };
}

/** PostgreSQL refuses to run as root; it brings its own user. */
function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (which: '-u' | '-g'): number =>
    Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  // Unheard, the error of a connection that breaks would end the tests.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}
