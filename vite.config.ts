import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** The operator's page: browser code in `src/console`, built beside the compiled service. */
export default defineConfig({
  root: resolve(import.meta.dirname, 'src/console'),
  base: './',
  build: {
    outDir: resolve(import.meta.dirname, 'dist/console'),
    emptyOutDir: true,
    rollupOptions: {
      input: ['index.html', 'setup.html'].map((page) => resolve(import.meta.dirname, 'src/console', page)),
    },
    target: 'es2022',
    // An asset inside a style sheet would be a data: address, which the page's policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
