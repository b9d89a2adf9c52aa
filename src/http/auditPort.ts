import type { SiteId } from '../domain/ids.ts';
import type { ChainVerdict } from './chainBody.ts';

interface AuditEntry {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  /** JSON values; undefined where there is nothing to tell. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface AuditRow extends AuditEntry {
  readonly sequence: number;
  readonly site?: SiteId | undefined;
  readonly requestId: string | undefined;
  readonly address: string | undefined;
  readonly hash: string;
}

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
  list(query: AuditQuery): Promise<{ readonly rows: readonly AuditRow[]; readonly next: number | undefined }>;
  verify(): Promise<ChainVerdict>;
}
