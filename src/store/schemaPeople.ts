// The tables about people and what they change: see schema.ts.

/** Append-only and chained: each row's hash covers the row and the hash before it. */
export interface AuditTable {
  sequence: number;
  at_ms: number;
  actor: string;
  action: string;
  target: string;
  /** JSON, null where there is nothing to tell. */
  before: string | null;
  after: string | null;
  /** Where it was of one site. */
  site_id: string | null;
  /** These two are null for what came over no request. */
  request_id: string | null;
  address: string | null;
  previous_hash: string;
  hash: string;
}

/** See domain/person.ts for this and the next two. */
export interface PersonTable {
  name: string;
  role: string;
  /** JSON, ids. */
  sites: string;
  password_hash: string;
  stamp: string;
  /** 0 or 1. */
  is_blocked: number;
  set_at_ms: number;
  set_by: string;
}

export interface ApiKeyTable {
  name: string;
  role: string;
  /** JSON, ids. */
  sites: string;
  sha256: string;
  expires_at_ms: number | null;
  set_at_ms: number;
  set_by: string;
}

export interface LoginTable {
  sha256: string;
  user_name: string;
  stamp: string;
  started_at_ms: number;
  used_at_ms: number;
}
