import type { SiteId } from './ids.ts';

/** A person stopped all charging at a site: every EVSE is set to 0 until somebody releases it. */
export interface SiteStop {
  readonly siteId: SiteId;
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
}
