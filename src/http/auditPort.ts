import type { AuditEntry, AuditRecord } from '../domain/audit.ts';
import type { ChainVerdict } from '../domain/chainVerdict.ts';
import type { SiteId } from '../domain/ids.ts';

export interface AuditQuery {
  /** undefined: of all, and of what is of no site. */
  readonly sites: readonly SiteId[] | undefined;
  readonly actor: string | undefined;
  readonly action: string | undefined;
  readonly target: string | undefined;
  readonly fromMs: number | undefined;
  /** Not included. */
  readonly untilMs: number | undefined;
  readonly count: number;
  /** Entries before this one. */
  readonly before: number | undefined;
}

export interface AuditPort {
  /** Durable when it resolves. */
  append(entry: AuditEntry): Promise<void>;
  /** The newest first. */
  list(
    query: AuditQuery,
  ): Promise<{ readonly rows: readonly AuditRecord[]; readonly next: number | undefined }>;
  verify(): Promise<ChainVerdict>;
}
