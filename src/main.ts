#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type App, startApp } from './app/app.ts';
import { systemClock } from './clock.ts';
import { backfillCommand } from './commands/backfill.ts';
import { chainCommand } from './commands/chain.ts';
import { checkReport } from './commands/checkReport.ts';
import { CommandError } from './commands/commandError.ts';
import { durationMs, options, parsed, required, UsageError } from './commands/commandLine.ts';
import { runDemo } from './commands/demo.ts';
import { doctor as examine } from './commands/doctor.ts';
import { doctorReport } from './commands/doctorReport.ts';
import { initCommand } from './commands/init.ts';
import { invoiceCommand } from './commands/invoice.ts';
import { FileError } from './commands/ocpiFiles.ts';
import { priceCommand } from './commands/price.ts';
import { replay } from './commands/replay.ts';
import { isClean, replayReport } from './commands/replayReport.ts';
import { runSimulate, SimulateUsageError } from './commands/simulate.ts';
import { userCommand } from './commands/user.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { createCredential } from './credentials.ts';
import { BundleError, readBundle } from './incidents/bundleFile.ts';
import { createLogger } from './log.ts';
import { hashPassword, newPassword } from './ocpp/security/passwords.ts';
import { compileAll } from './schema.ts';
import { startWatchdog } from './watchdog.ts';

const usage = `Usage:
  lastvakt init [--config FILE] [--port 8080]   describe a site in the browser, write its config, run it
  lastvakt serve --config FILE       run the service
  lastvakt demo [--for 90s] [--port 8080]   simulated site on real sockets, in the terminal and the browser
  lastvakt simulate [--seeds A..B]   the control code against a simulated world with faults (--help tells more)
  lastvakt replay FILE               an incident bundle through the control code again; 1 when it finds something
  lastvakt price --tariff FILE       an OCPI tariff in words; with --session what a session or CDR costs, and why
  lastvakt invoice --month MONTH     OCPI CDRs as invoice lines for each contract; --help tells more
  lastvakt check --config FILE       validate, print the circuit tree with its failsafe budget
  lastvakt doctor --config FILE [--url URL]   what is wrong with all it rests on, and what to do
  lastvakt key create --name NAME --role ROLE [--site SITE]...   API key for access.keys
  lastvakt user add --config FILE --name NAME --role ROLE [--site SITE]...   somebody who signs in (user --help tells more)
  lastvakt station add --id STATION  password for a station
  lastvakt backfill --config FILE --from TIME --until TIME   the kept minutes into the time-series database
  lastvakt evidence verify --config FILE   whether the record for grid operators was tampered with
  lastvakt audit verify --config FILE      whether the record of changes was tampered with

Roles: viewer, site-operator, grid-operator, admin.`;

const exitCodes = { done: 0, failed: 1, refused: 2 } as const;

const commands: Readonly<Record<string, (rest: readonly string[]) => Promise<number>>> = {
  init,
  serve,
  demo,
  check,
  doctor,
  simulate: runSimulate,
  replay: replayFile,
  price,
  invoice,
  backfill,
  key,
  user: async (rest) => {
    print(await userCommand(rest));
    return exitCodes.done;
  },
  station,
  evidence: (rest) => chain('evidence', rest),
  audit: (rest) => chain('audit', rest),
};

async function main([name = '', ...rest]: readonly string[]): Promise<number> {
  if (name === '--help' || name === 'help') {
    print(usage);
    return exitCodes.done;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined)
    throw new UsageError(name === '' ? 'a command is missing' : `there is no command "${name}"`);
  return command(rest);
}

async function init(rest: readonly string[]): Promise<number> {
  const file = await initCommand(rest, print);
  return file === undefined ? exitCodes.done : serve(['--config', file]);
}

async function serve(rest: readonly string[]): Promise<number> {
  const loaded = loadConfig(required(rest, 'config'), process.env);
  const log = createLogger(loaded.config.log.level);
  compileAll();
  return untilStopped(async (onBroken) => {
    const app = await startApp(loaded, {
      clock: systemClock(),
      log,
      random: Math.random,
      newId: randomUUID,
      version,
      onBroken,
    });
    const watchdog = startWatchdog({ periodMs: loaded.config.control.tickMs });
    app.onTick(() => watchdog.beat());
    return {
      ...app,
      stop: () => {
        watchdog.stop();
        return app.stop();
      },
    };
  });
}

async function demo(rest: readonly string[]): Promise<number> {
  const { for: duration, port = '0' } = options(rest, ['for', 'port']);
  if (!/^\d{1,5}$/.test(port)) throw new UsageError(`"${port}" is no port`);
  return runDemo({
    durationMs: duration === undefined ? undefined : durationMs(duration),
    httpPort: Number(port),
    version,
  });
}

async function check(rest: readonly string[]): Promise<number> {
  print(checkReport(loadConfig(required(rest, 'config'), process.env)));
  return exitCodes.done;
}

async function doctor(rest: readonly string[]): Promise<number> {
  const { config, url } = options(rest, ['config', 'url']);
  if (config === undefined) throw new UsageError('--config is needed');
  const ports = { clock: systemClock(), log: createLogger('silent'), random: Math.random };
  const asked = { url: url?.replace(/\/$/, ''), key: process.env['LASTVAKT_KEY'] };
  const findings = await examine(loadConfig(config, process.env), asked, ports);
  print(doctorReport(findings));
  return findings.some(({ verdict }) => verdict === 'wrong') ? exitCodes.failed : exitCodes.done;
}

async function replayFile([file, ...others]: readonly string[]): Promise<number> {
  if (file === undefined || file.startsWith('-') || others.length > 0)
    throw new UsageError('say: lastvakt replay FILE');
  const bundle = await readBundle(file);
  const found = replay(bundle);
  print(replayReport(bundle.header, found));
  return isClean(found) ? exitCodes.done : exitCodes.failed;
}

async function backfill(rest: readonly string[]): Promise<number> {
  const { config, from, until } = options(rest, ['config', 'from', 'until']);
  if (config === undefined || from === undefined || until === undefined)
    throw new UsageError('--config, --from and --until are needed');
  const ports = { clock: systemClock(), log: createLogger('error') };
  print(await backfillCommand(loadConfig(config, process.env), { from, until }, ports));
  return exitCodes.done;
}

async function price(rest: readonly string[]): Promise<number> {
  const { text, code } = priceCommand(rest);
  print(text);
  return code;
}

async function invoice(rest: readonly string[]): Promise<number> {
  const { text, notes, code } = invoiceCommand(rest);
  print(text);
  for (const note of notes) process.stderr.write(`lastvakt: ${note}\n`);
  return code;
}

async function key([action, ...rest]: readonly string[]): Promise<number> {
  if (action !== 'create') throw new UsageError('say: lastvakt key create');
  const { values } = parsed(rest, {
    name: { type: 'string' },
    role: { type: 'string' },
    site: { type: 'string', multiple: true },
  });
  const { name, role, site = [] } = values;
  if (typeof name !== 'string' || typeof role !== 'string')
    throw new UsageError('--name and --role are needed');
  const { secret, sha256 } = createCredential();
  print(`The key, shown once:\n  ${secret}\nFor access.keys of the config:`);
  print(`  - { name: ${name}, role: ${role}, sha256: "${sha256}", sites: [${[site].flat().join(', ')}] }`);
  return exitCodes.done;
}

async function station([action, ...rest]: readonly string[]): Promise<number> {
  if (action !== 'add') throw new UsageError('say: lastvakt station add');
  const id = required(rest, 'id');
  const password = newPassword();
  print(`The password of ${id}, shown once:\n  ${password}\nFor stations of the config:`);
  print(`  - { id: ${id}, passwordHash: "${await hashPassword(password)}" }`);
  return exitCodes.done;
}

async function chain(name: 'evidence' | 'audit', rest: readonly string[]): Promise<number> {
  const { text, isWhole } = await chainCommand(name, rest);
  print(text);
  return isWhole ? exitCodes.done : exitCodes.failed;
}

/** Runs until it is told to stop or breaks. */
async function untilStopped(start: (onBroken: () => void) => Promise<App>): Promise<number> {
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const app = await start(() => end(exitCodes.failed));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(exitCodes.done));
  const code = await ended;
  await app.stop();
  return code;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// Beside the sources and, two folders further down, beside the built files.
function packageVersion(): string {
  for (const up of ['..', '../..']) {
    try {
      const text = readFileSync(new URL(`${up}/package.json`, import.meta.url), 'utf8');
      return String((JSON.parse(text) as { version: unknown }).version);
    } catch {
      // Not there: one folder up.
    }
  }
  return 'unknown';
}
const version = packageVersion();

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isOfCommand = error instanceof SimulateUsageError || error instanceof CommandError;
  if (error instanceof UsageError || isOfCommand) {
    const told = error instanceof UsageError ? usage : error.usage;
    process.stderr.write(`lastvakt: ${error.message}\n${told && `\n${told}\n`}`);
    process.exitCode = exitCodes.refused;
  } else if (error instanceof ConfigError || error instanceof BundleError || error instanceof FileError) {
    process.stderr.write(`lastvakt: ${error.message}\n`);
    process.exitCode = exitCodes.refused;
  } else {
    const told = error instanceof Error && 'code' in error;
    process.stderr.write(
      `lastvakt: ${told ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = exitCodes.failed;
  }
}
