import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread of this folder or of the one `besideUrl` is in, from the compiled JavaScript or, in tests
 * and benches, straight from the TypeScript source.
 */
export function startThread(name: string, besideUrl = import.meta.url): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, besideUrl));
  // A new thread does not inherit the loader of the one that starts it.
  const url = JSON.stringify(new URL(`./${name}.ts`, besideUrl).href);
  return new Worker(`import('tsx/esm/api').then(({ register }) => (register(), import(${url})))`, {
    eval: true,
  });
}
