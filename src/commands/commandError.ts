/** A wrong command line, told with how it is used, or something refused, told without. */
export class CommandError extends Error {
  readonly usage: string;

  constructor(message: string, usage = '') {
    super(message);
    this.name = 'CommandError';
    this.usage = usage;
  }
}
