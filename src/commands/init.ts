import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemClock } from '../clock.ts';
import { createLogger } from '../log.ts';
import { CommandError } from './commandError.ts';
import { options } from './commandLine.ts';
import { startSetup } from './setup.ts';

const usage = `Usage:
  lastvakt init [--config lastvakt.yaml] [--port 8080]

Opens a page on this machine that asks about the site, listens to its meter and writes the config. The service then
starts with it, on the same port.`;

/** Describes a site in the browser. The config's path once it is written; undefined when somebody ends it before. */
export async function initCommand(
  rest: readonly string[],
  print: (text: string) => void,
): Promise<string | undefined> {
  const { config = 'lastvakt.yaml', port = '8080' } = options(rest, ['config', 'port']);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new CommandError(`"${port}" is no port`, usage);
  const file = resolve(config);
  if (existsSync(file))
    throw new CommandError(`${file} is there already: start it with lastvakt serve --config ${file}`, '');
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory())
    throw new CommandError(`there is no folder ${dirname(file)}: make it first`, '');

  const ports = { clock: systemClock(), log: createLogger('warn'), random: Math.random };
  const setup = await startSetup({ file, port: Number(port) }, ports);
  print(`Open http://127.0.0.1:${setup.port}/ on this machine to describe the site.`);
  let end = (): void => {};
  const ended = new Promise<false>((done) => {
    end = () => done(false);
  });
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, end);
  const isWritten = await Promise.race([setup.written.then(() => true), ended]);
  for (const signal of signals) process.removeListener(signal, end);
  await setup.stop();
  if (!isWritten) return undefined;
  print(`Wrote ${file}. The service starts; next time: lastvakt serve --config ${file}`);
  return file;
}
