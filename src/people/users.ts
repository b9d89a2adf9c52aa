import type { Refusal } from '../domain/limitRequest.ts';
import type { UserChange, UserOutcome, UserRequest } from '../domain/peopleChange.ts';
import { nameFault, passwordFault, type Standing, type User } from '../domain/person.ts';
import type { Passwords } from './passwords.ts';
import type { PeopleOptions, PeoplePorts } from './ports.ts';
import { refused, siteFault } from './refusals.ts';

const usersMax = 1_000;

export interface UsersNeeds extends Pick<PeoplePorts, 'clock' | 'book' | 'createCredential'> {
  readonly options: Pick<PeopleOptions, 'configured' | 'sites'>;
  readonly passwords: Passwords;
  /** Whether a key has this name. */
  isKey(name: string): boolean;
}

/** Users with passwords. Its methods must not run at the same time: each judges what the one before has left. */
export class Users {
  readonly #needs: UsersNeeds;
  #byName: ReadonlyMap<string, User>;

  constructor(needs: UsersNeeds, stored: readonly User[]) {
    this.#needs = needs;
    this.#byName = byName(stored);
  }

  list(): readonly User[] {
    return [...this.#byName.values()];
  }

  /** undefined for one whose name the config has for a key: the config wins. */
  find(name: string): User | undefined {
    return this.#isConfigured(name) ? undefined : this.#byName.get(name);
  }

  /** Takes what the command line may have changed meanwhile. */
  async reload(): Promise<void> {
    this.#byName = byName(await this.#needs.book.users());
  }

  async add({ password, ...standing }: UserRequest, by: string): Promise<UserOutcome> {
    const { name } = standing;
    const fault = nameFault(name) ?? this.#takenFault(name);
    if (fault !== undefined) return refused('name', fault);
    if (this.#byName.size >= usersMax) return refused('name', 'is one too many: remove a user first');
    if (!this.#isAdminLeft(standing))
      return refused('role', 'must be admin: the first user has to be one, or nobody could add another');
    const user = { ...standing, isBlocked: false, passwordHash: '', stamp: '' };
    return this.#keep(undefined, user, password, by);
  }

  /** undefined when there is no such user. */
  async change(
    name: string,
    { password, ...change }: UserChange,
    by: string,
  ): Promise<UserOutcome | undefined> {
    const before = this.#byName.get(name);
    if (before === undefined) return undefined;
    const user = { ...before, ...change };
    if (!this.#isAdminLeft(user))
      return refused(
        change.isBlocked === true ? 'isBlocked' : 'role',
        'would leave nobody who is an admin: make another one first',
      );
    return this.#keep(before, user, password, by);
  }

  /** undefined when there is no such user. */
  async remove(name: string, by: string): Promise<{ readonly status: 'removed' } | Refusal | undefined> {
    const user = this.#byName.get(name);
    if (user === undefined) return undefined;
    if (!this.#isAdminLeft({ ...user, isBlocked: true }))
      return refused('name', 'is the last admin: make another one first');
    const entry = { atMs: this.#needs.clock.nowMs(), actor: by, action: 'user removed', target: name };
    await this.#needs.book.deleteUser(name, { ...entry, before: told(user), after: undefined });
    this.#byName = byName(this.list().filter((each) => each.name !== name));
    return { status: 'removed' };
  }

  async #keep(
    before: User | undefined,
    wish: Omit<User, 'setAtMs' | 'setBy'>,
    password: string | undefined,
    by: string,
  ): Promise<UserOutcome> {
    const { clock, book, options } = this.#needs;
    const fault = siteFault(wish, options.sites);
    if (fault !== undefined) return refused('sites', fault);
    const secret = password === undefined ? undefined : passwordFault(password, wish.name);
    if (secret !== undefined) return refused('password', secret);
    const sites = wish.role === 'admin' ? [] : wish.sites;
    const fresh = password === undefined ? {} : await this.#freshPassword(password);
    const user: User = { ...wish, sites, ...fresh, setAtMs: clock.nowMs(), setBy: by };
    const action = before === undefined ? 'user added' : 'user changed';
    const about = { atMs: user.setAtMs, actor: by, action, target: user.name };
    const after = { ...told(user), ...(password !== undefined && { password: 'new' }) };
    await book.saveUser(user, { ...about, before: before && told(before), after });
    this.#byName = byName([...this.list().filter(({ name }) => name !== user.name), user]);
    return { status: 'kept', user };
  }

  async #freshPassword(password: string): Promise<Pick<User, 'passwordHash' | 'stamp'>> {
    const passwordHash = await this.#needs.passwords.hash(password);
    return { passwordHash, stamp: this.#needs.createCredential().sha256 };
  }

  #takenFault(name: string): string | undefined {
    if (this.#isConfigured(name)) return 'is the name of a key in access.keys: choose another';
    const isTaken = this.#byName.has(name) || this.#needs.isKey(name);
    return isTaken ? 'is taken: choose another' : undefined;
  }

  /** Whether somebody who is an admin remains once `changed` is as given. */
  #isAdminLeft(changed: Standing & { readonly isBlocked?: boolean }): boolean {
    const others = this.list().filter(({ name }) => name !== changed.name && !this.#isConfigured(name));
    return (
      this.#needs.options.configured.some(({ role }) => role === 'admin') ||
      [...others, changed].some(({ role, isBlocked }) => role === 'admin' && isBlocked !== true)
    );
  }

  #isConfigured(name: string): boolean {
    return this.#needs.options.configured.some((key) => key.name === name);
  }
}

const byName = (users: readonly User[]): ReadonlyMap<string, User> =>
  new Map(users.map((user) => [user.name, user]));

/** What the audit log has of a user. */
const told = ({ role, sites, isBlocked }: User): object => ({ role, sites, isBlocked });
