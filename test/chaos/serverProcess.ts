import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../app/givenService.ts';

/** Who a server runs as, where it must not be us. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A server of the test's own, so that it may be killed without harm to others. */
export interface OwnServer {
  readonly url: string;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** Again after it was killed, on the same port. */
  start(): Promise<void>;
  /** Kills it and removes its files. */
  stop(): Promise<void>;
}

interface ServerProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly account?: Account | undefined;
  /** Whether it serves; false or thrown while it does not yet. */
  answers(): Promise<boolean>;
}

/** The process of a server, which may be killed and started again. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  /**
   * Returns once it serves. What is left of one that was killed may keep the next from starting for a moment (other
   * processes of PostgreSQL, a port), so one that ends is started again.
   */
  async start(): Promise<void> {
    const { program, args, account, answers } = this.#options;
    await eventually(async () => {
      if (this.#child === undefined || hasEnded(this.#child))
        this.#child = spawn(program, [...args], { stdio: 'ignore', ...account });
      return (await answers()) ? true : undefined;
    }, 30_000);
  }

  /** May be called twice. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** A folder for the test's files that `account` may use, and how to remove it. */
export function temporaryFolder(name: string, account?: Account): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `lastvakt-${name}-`));
  if (account !== undefined) chownSync(path, account.uid, account.gid);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
