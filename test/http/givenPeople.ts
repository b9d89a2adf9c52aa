import type { HttpPorts } from '../../src/http/ports.ts';

/** Nobody but the keys of the config. */
export const givenPeople = (): HttpPorts['people'] => ({
  isEmpty: () => true,
  byKey: () => undefined,
  byLogin: () => undefined,
  signIn: async () => ({ status: 'wrong' }),
  signOut: async () => {},
  changeOwnPassword: async () => ({ status: 'wrong' }),
  users: () => [],
  addUser: async () => ({ status: 'refused', field: 'name', why: 'is taken' }),
  changeUser: async () => undefined,
  removeUser: async () => undefined,
  keys: () => [],
  addKey: async () => ({ status: 'refused', field: 'name', why: 'is taken' }),
  removeKey: async () => false,
});
