/**
 * Whether a record that is a chain of hashes was tampered with. `brokenAt` is the first record that was changed, or that
 * follows one which was removed.
 */
export type ChainVerdict =
  | { readonly status: 'whole'; readonly records: number; readonly lastHash: string }
  | { readonly status: 'broken'; readonly records: number; readonly brokenAt: number; readonly why: string };
