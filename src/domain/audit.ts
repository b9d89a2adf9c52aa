import type { SiteId } from './ids.ts';

/** Who did what to what, for the audit log. `before` and `after` are JSON values, undefined where there is nothing to tell. */
export interface AuditEntry {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before: unknown;
  readonly after: unknown;
  /** Where it was of one site. */
  readonly site?: SiteId | undefined;
}

/** As it is on record. */
export interface AuditRecord extends AuditEntry {
  readonly sequence: number;
  readonly requestId: string | undefined;
  readonly address: string | undefined;
  readonly hash: string;
}
