import { inTurn } from '../domain/inTurn.ts';
import type { Refusal } from '../domain/limitRequest.ts';
import type {
  KeyOutcome,
  KeyRequest,
  SignIn,
  UserChange,
  UserOutcome,
  UserRequest,
  Visit,
} from '../domain/peopleChange.ts';
import type { ApiKey, Standing, User } from '../domain/person.ts';
import { Keys } from './keys.ts';
import { csrfTokenOf, Logins } from './logins.ts';
import { type PasswordCost, type Passwords, passwordHashing } from './passwords.ts';
import type { PeopleOptions, PeoplePorts } from './ports.ts';
import { refused } from './refusals.ts';
import { Users } from './users.ts';

/** What the command line changes beside us is in force within this. */
const reloadEveryMs = 10_000;
/** Each waits for those before it, a quarter of a second for each. */
const signInsMax = 20;

/** Who may ask: users with their passwords and logins, and keys. All of it is in memory, so that a database that is away locks nobody out. */
export class PeopleDesk {
  readonly #ports: PeoplePorts;
  readonly #users: Users;
  readonly #keys: Keys;
  readonly #logins: Logins;
  readonly #passwords: Passwords;
  readonly #inTurn = inTurn();
  #cancelReload: () => void = () => {};
  #isStopped = false;
  #isBehind = false;
  #signIns = 0;

  private constructor(
    options: PeopleOptions,
    ports: PeoplePorts,
    stored: { readonly users: Users; readonly keys: Keys; readonly logins: Logins },
    passwords: Passwords,
  ) {
    this.#ports = ports;
    this.#users = stored.users;
    this.#keys = stored.keys;
    this.#logins = stored.logins;
    this.#passwords = passwords;
    for (const { name } of [...stored.users.list(), ...stored.keys.list()])
      if (options.configured.some((key) => key.name === name))
        ports.log.warn({ name }, 'access.keys has this name, whoever has it in the database is not let in');
    this.#reloadLater();
  }

  /** Rejects when the database cannot be read. */
  static async open(options: PeopleOptions, ports: PeoplePorts, cost?: PasswordCost): Promise<PeopleDesk> {
    const passwords = passwordHashing(cost);
    const users: Users = new Users(
      { ...ports, options, passwords, isKey: (name) => keys.list().some((key) => key.name === name) },
      await ports.book.users(),
    );
    const keys: Keys = new Keys(
      { ...ports, options, isUser: (name) => users.list().some((user) => user.name === name) },
      await ports.book.apiKeys(),
    );
    const logins = new Logins(ports, options, await ports.book.logins());
    return new PeopleDesk(options, ports, { users, keys, logins }, passwords);
  }

  /** Nobody was let in by the database. */
  get isEmpty(): boolean {
    return this.#users.list().length === 0 && this.#keys.list().length === 0;
  }

  /** Whose key has this hash, while it is good. */
  byKey(sha256: string): Standing | undefined {
    return this.#keys.find(sha256);
  }

  /** Who is signed in with a secret; `look` does not count as use. */
  byLogin(secret: string, use: 'use' | 'look' = 'use'): Visit | undefined {
    const found = this.#logins.find(secret, use);
    if (found === undefined) return undefined;
    const user = this.#users.find(found.login.user);
    if (user === undefined || user.isBlocked || user.stamp !== found.login.stamp) return undefined;
    return this.#visit(secret, user, found.endsAtMs);
  }

  /** `former` is what the browser had in its cookie: it ends. */
  async signIn(
    { name, password }: { readonly name: string; readonly password: string },
    former?: string,
  ): Promise<SignIn> {
    if (this.#signIns >= signInsMax) return { status: 'busy' };
    this.#signIns += 1;
    try {
      // Always, so that how long it takes does not tell whether we know the name.
      await this.reload();
      const user = this.#users.find(name);
      const isRight = await this.#passwords.fits(password, user?.passwordHash);
      if (user === undefined || user.isBlocked || !isRight) return { status: 'wrong' };
      return await this.#signedIn(user, former);
    } finally {
      this.#signIns -= 1;
    }
  }

  async signOut({ loginId }: Visit): Promise<void> {
    await this.#logins.end(loginId);
  }

  /** Signs in with the new password; everybody who did with the former one is out. */
  async changeOwnPassword(
    { standing: { name }, loginId }: Visit,
    { current, password }: { readonly current: string; readonly password: string },
  ): Promise<SignIn | Refusal> {
    if (!(await this.#passwords.fits(current, this.#users.find(name)?.passwordHash)))
      return { status: 'wrong' };
    if (current === password) return refused('password', 'is the one you have');
    const outcome = await this.changeUser(name, { password }, name);
    if (outcome === undefined) return { status: 'wrong' };
    if (outcome.status === 'refused') return outcome;
    await this.#logins.end(loginId);
    return this.#signedIn(outcome.user);
  }

  users(): readonly User[] {
    return this.#users.list();
  }

  /** Durable and in force when it resolves, as are the other changes. */
  addUser(request: UserRequest, by: string): Promise<UserOutcome> {
    return this.#inTurn(() => this.#users.add(request, by));
  }

  changeUser(name: string, change: UserChange, by: string): Promise<UserOutcome | undefined> {
    return this.#inTurn(() => this.#users.change(name, change, by));
  }

  removeUser(name: string, by: string): Promise<{ readonly status: 'removed' } | Refusal | undefined> {
    return this.#inTurn(() => this.#users.remove(name, by));
  }

  keys(): readonly ApiKey[] {
    return this.#keys.list();
  }

  addKey(request: KeyRequest, by: string): Promise<KeyOutcome> {
    return this.#inTurn(() => this.#keys.add(request, by));
  }

  removeKey(name: string, by: string): Promise<boolean> {
    return this.#inTurn(() => this.#keys.remove(name, by));
  }

  /** Takes what the command line changed. While the database is away, what we know goes on. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#users.reload();
        await this.#keys.reload();
        this.#isBehind = false;
      } catch (error) {
        if (!this.#isBehind)
          this.#ports.log.warn({ err: error }, 'users and keys could not be read, those known go on');
        this.#isBehind = true;
      }
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelReload();
  }

  async #signedIn(user: User, former?: string): Promise<SignIn> {
    const secret = await this.#logins.begin(user, former && this.#ports.sha256(former));
    const visit = this.byLogin(secret);
    // The user may have been removed or blocked meanwhile.
    return visit === undefined ? { status: 'wrong' } : { status: 'signed in', secret, visit };
  }

  #visit(secret: string, { name, role, sites }: User, endsAtMs: number): Visit {
    const loginId = this.#ports.sha256(secret);
    return { standing: { name, role, sites }, loginId, csrfToken: csrfTokenOf(secret), endsAtMs };
  }

  #reloadLater(): void {
    this.#cancelReload = this.#ports.clock.after(reloadEveryMs, () => {
      void this.reload().then(() => {
        if (!this.#isStopped) this.#reloadLater();
      });
    });
  }
}
