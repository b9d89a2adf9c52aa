import type { JSX } from 'preact';

/** What a station was told or told, as it is. */
export const Json = ({ value }: { readonly value: unknown }): JSX.Element => (
  <pre>{JSON.stringify(value, null, 2)}</pre>
);
