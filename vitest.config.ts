import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/console/buildOnce.ts'],
    // They wait for programs that Debian has no package of: left out, not skipped, where there is none.
    exclude: [
      ...(process.env['LASTVAKT_TEST_OPENLEADR_URL'] ? [] : ['test/grid/openadr/openleadr.test.ts']),
      ...(process.env['LASTVAKT_TEST_OCPI_KIT'] ? [] : ['test/app/ocpiKit.test.ts']),
    ],
    // Two workers: the smallest machine the suite must pass on has two cores. Four were tried: days in compressed time fall behind.
    maxWorkers: 2,
    // A worker keeps what it loaded for its next file: to load all of it anew took a third of the time.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for takes as long as other work on the machine lets it.
    expect: { poll: { timeout: 45_000, interval: 20 } },
  },
});
