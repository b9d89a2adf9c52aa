import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SourceFile, violations } from './layering.ts';

const root = resolve(import.meta.dirname, '..');

function sources(folder: string): readonly SourceFile[] {
  return readdirSync(resolve(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => resolve(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(root, file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }));
}

/** What the checker says about one small file. */
const judged = (path: string, text: string): readonly string[] =>
  violations([{ path, text }]).map(({ file, line, rule }) => `${file}:${line} ${rule}`);

describe('the house', () => {
  it('keeps its rules in every file of src and solver', () => {
    const files = [...sources('src'), ...sources('solver')];
    expect(files.length).toBeGreaterThan(100);
    expect(violations(files).map(({ file, line, rule }) => `${file}:${line} ${rule}`)).toEqual([]);
  });
});

describe('the checker of the house', () => {
  it.each([
    [
      'an adapter that imports another',
      'src/http/a.ts',
      "import { x } from '../store/b.ts';",
      'src/http must not import src/store/b.ts',
    ],
    [
      'an adapter that runs the control code',
      'src/ocpp/a.ts',
      "import { plan } from '../control/plan.ts';",
      'src/ocpp may import only types from src/control, and src/control/plan.ts for its values',
    ],
    [
      'the domain that knows the control',
      'src/domain/a.ts',
      "import type { Clock } from '../control/ports.ts';",
      'src/domain must not import src/control/ports.ts',
    ],
    [
      'the control that knows an adapter',
      'src/control/a.ts',
      "import type { Store } from '../store/openStore.ts';",
      'src/control must not import src/store/openStore.ts',
    ],
    [
      'the control that logs by itself',
      'src/control/a.ts',
      "import { createLogger } from '../log.ts';",
      'src/control may import only types from src, and src/log.ts for its values',
    ],
    [
      'the solver that knows the domain',
      'solver/a.ts',
      "import type { Site } from '../src/domain/site.ts';",
      'solver must not import src/domain/site.ts',
    ],
    [
      'the config that starts a server',
      'src/config/config.ts',
      "import { x } from '../http/server.ts';",
      'src/config must not import src/http/server.ts',
    ],
    [
      'the service that runs a command',
      'src/app/a.ts',
      "import { x } from '../commands/init.ts';",
      'src/app must not import src/commands/init.ts',
    ],
    [
      'a library outside its folder',
      'src/http/a.ts',
      "import { WebSocket } from 'ws';",
      'ws belongs to src/ocpp and src/sim',
    ],
    [
      'a library in the domain',
      'src/domain/a.ts',
      "import { Ajv } from 'ajv';",
      'ajv belongs to src/schema.ts and src/ocpp',
    ],
    [
      'the console that runs code of the service',
      'src/console/a.tsx',
      "import { can } from '../http/auth.ts';",
      'src/console may import only types from src/http, and src/http/auth.ts for its values',
    ],
    [
      'the console that knows the domain',
      'src/console/a.tsx',
      "import type { Site } from '../domain/site.ts';",
      'src/console must not import src/domain/site.ts',
    ],
    ['yaml beside the config', 'src/main.ts', "import { parse } from 'yaml';", 'yaml belongs to src/config'],
    [
      'the browser build of the solver',
      'solver/a.ts',
      "import glpk from 'glpk.js';",
      'glpk.js has no folder yet: give it one in test/layering.ts',
    ],
    [
      'a library nobody placed',
      'src/http/a.ts',
      "import _ from 'lodash';",
      'lodash has no folder yet: give it one in test/layering.ts',
    ],
    [
      'a module of Node in the domain',
      'src/domain/a.ts',
      "import { readFileSync } from 'node:fs';",
      'src/domain does without node:fs',
    ],
    [
      'an import without its ending',
      'src/http/a.ts',
      "import { x } from './b';",
      'relative imports carry .ts, unlike ./b',
    ],
    [
      'a library that is loaded later',
      'src/http/a.ts',
      "const ws = await import('ws');",
      'ws belongs to src/ocpp and src/sim',
    ],
    [
      'an import for its side effect',
      'src/domain/a.ts',
      "import 'ws';",
      'ws belongs to src/ocpp and src/sim',
    ],
    [
      'the clock of the machine in the control',
      'src/control/a.ts',
      'const now = Date.now();',
      'src/control does without Date.now(): it is passed in',
    ],
    [
      'a date of now in the domain',
      'src/domain/a.ts',
      'const now = new Date();',
      'src/domain does without new Date() of now: it is passed in',
    ],
    [
      'a timer in the control',
      'src/control/a.ts',
      'setTimeout(run, 5);',
      'src/control does without setTimeout: it is passed in',
    ],
    [
      'chance in the solver',
      'solver/a.ts',
      'const seed = Math.random();',
      'solver does without Math.random: it is passed in',
    ],
    [
      'the environment in the domain',
      'src/domain/a.ts',
      "const x = process.env['X'];",
      'src/domain does without process.env: it is passed in',
    ],
    [
      'a barrel by its name',
      'src/ocpp/index.ts',
      'export const x = 1;',
      'no barrels: import from the file itself',
    ],
    [
      'a barrel by what it holds',
      'src/ocpp/a.ts',
      "export { x } from './b.ts';\nexport type * from './c.ts';",
      'no barrels: this file only exports what others define',
    ],
  ])('refuses %s', (_what, path, text, rule) => {
    expect(judged(path, text)).toEqual([`${path}:1 ${rule}`]);
  });

  it('names the line', () => {
    const text = "// The first line.\nimport {\n  x,\n} from './b.ts';\nimport { y } from '../store/b.ts';";
    expect(judged('src/http/a.ts', text)).toEqual([
      'src/http/a.ts:5 src/http must not import src/store/b.ts',
    ]);
  });

  it('refuses two files that need each other', () => {
    const files = [
      { path: 'src/domain/a.ts', text: "import { b } from './b.ts';" },
      { path: 'src/domain/b.ts', text: "import { a } from './a.ts';" },
    ];
    expect(violations(files).map(({ rule }) => rule)).toEqual([
      'no cycles: src/domain/a.ts needs src/domain/b.ts needs src/domain/a.ts',
    ]);
  });

  it.each([
    [
      'types from the control in an adapter',
      'src/http/a.ts',
      "import type { SiteView } from '../control/siteView.ts';",
    ],
    ['types one by one', 'src/http/a.ts', "import { type A, type B } from '../control/siteView.ts';"],
    ['the domain in the control', 'src/control/a.ts', "import { isInForce } from '../domain/gridLimit.ts';"],
    ['the solver in the control', 'src/control/a.ts', "import { allocate } from '../../solver/allocate.ts';"],
    ['anything in the composition root', 'src/app/http.ts', "import { x } from '../http/server.ts';"],
    ['the service in a command', 'src/commands/a.ts', "import { x } from '../app/app.ts';"],
    ['a date from a number', 'src/domain/a.ts', 'const text = new Date(ms).toISOString();'],
    ['forbidden words in a comment', 'src/domain/a.ts', '// Never Date.now() here.\n/* nor setTimeout */'],
    ['an address in a text', 'src/domain/a.ts', "const url = 'https://example.com'; // Date.now()"],
    [
      'a file that exports its own things too',
      'src/ocpp/a.ts',
      "export { x } from './b.ts';\nexport const y = 1;",
    ],
  ])('lets %s pass', (_what, path, text) => {
    expect(judged(path, text)).toEqual([]);
  });
});
