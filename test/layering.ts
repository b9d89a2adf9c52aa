/** A source file, its path relative to the project, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

interface Import {
  readonly from: string;
  readonly line: number;
  /** Erased when the types are: nothing of it runs. */
  readonly isTypeOnly: boolean;
}

/** What a folder may import besides itself; `types` where only types may be taken. */
interface Reach {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

const everywhere = ['src/schema.ts', 'src/log.ts', 'src/privateAddress.ts'];
const adapter: Reach = { values: ['src/domain', ...everywhere], types: ['src/control'] };

/** The import table of DESIGN.md, section 2. What joins the parts is settled by `joiners`. */
const table: Readonly<Record<string, Reach>> = {
  'src/domain': { values: ['src/schema.ts'], types: [] },
  solver: { values: [], types: [] },
  'src/control': { values: ['src/domain', 'solver'], types: ['src/log.ts'] },
  'src/sim': { values: ['src/domain', ...everywhere], types: ['src/control', 'src/ocpp', 'solver'] },
  'src/meters': adapter,
  'src/grid': adapter,
  'src/ocpp': adapter,
  'src/ocpi': adapter,
  'src/store': adapter,
  'src/incidents': adapter,
  'src/timeseries': adapter,
  'src/http': adapter,
  'src/people': adapter,
  'src/config': { values: ['src/domain', ...everywhere], types: [] },
  // Runs in a browser: of the service it knows what it is told, never what tells it.
  'src/console': { values: [], types: ['src/http'] },
};

/** What constructs the parts and joins them: the service, and the commands of `lastvakt`, which nothing else needs. */
const joiners: readonly (readonly [files: RegExp, without: string])[] = [
  [/^src\/app\//, 'src/commands'],
  [/^src\/(commands\/.+|main\.ts)$/, ''],
];

/** One library, one folder: where each may be imported. A path that ends in `.ts` or `*` names files. */
const homes: readonly (readonly [library: RegExp, places: readonly string[]])[] = [
  [/^ws$/, ['src/ocpp', 'src/sim']],
  [/^mqtt$/, ['src/meters', 'src/sim', 'src/grid']],
  [/^aedes$/, ['src/meters']],
  [/^(kysely|libsql|pg)$/, ['src/store']],
  [/^(fastify|@fastify\/.+|prom-client)$/, ['src/http']],
  [/^(preact(\/.+)?|@preact\/signals|uplot)$/, ['src/console']],
  [/^@influxdata\/.+$/, ['src/timeseries']],
  [/^glpk\.js\/node$/, ['solver']],
  [/^ocpp-rpc(\/.+)?$/, ['src/ocpp']],
  [/^pino$/, ['src/log.ts']],
  [/^yaml$/, ['src/config']],
  [/^(ajv|ajv-formats)$/, ['src/schema.ts', 'src/ocpp']],
  // Wherever data enters.
  [
    /^typebox$/,
    [
      'src/schema.ts',
      'src/app',
      'src/commands',
      ...Object.keys(table).filter((folder) => !['src/control', 'solver'].includes(folder)),
    ],
  ],
  // Loads the worker's TypeScript in tests; what is shipped needs none.
  [/^tsx\/esm\/api$/, ['solver/thread.ts']],
];

/** Folders that compute and do nothing else, and the modules of Node they may use all the same. */
const pure: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [],
  'src/control': ['node:assert/strict'],
  // A worker thread and the file of the compiled solver it runs.
  solver: ['node:assert/strict', 'node:worker_threads', 'node:module', 'node:path', 'node:url', 'node:fs'],
};

const impure: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['Date.now()', /\bDate\.now\b/],
  ['new Date() of now', /\bnew Date\(\s*\)/],
  ['performance.now()', /\bperformance\.now\b/],
  ['setTimeout', /\bsetTimeout\b/],
  ['setInterval', /\bsetInterval\b/],
  ['Math.random', /\bMath\.random\b/],
  ['console', /\bconsole\./],
  ['process.env', /\bprocess\.env\b/],
];

/** Where these sources break the rules of the house. */
export function violations(files: readonly SourceFile[]): readonly Violation[] {
  return [...files.flatMap(fileViolations), ...cycles(files)];
}

function fileViolations(file: SourceFile): readonly Violation[] {
  return [
    ...importsOf(file).flatMap((each) => importViolations(file, each)),
    ...impurities(file),
    ...barrelViolations(file),
  ];
}

function importViolations({ path }: SourceFile, each: Import): readonly Violation[] {
  const { from, line } = each;
  const refuse = (rule: string): readonly Violation[] => [{ file: path, line, rule }];
  if (from.startsWith('.')) {
    if (!/\.tsx?$/.test(from)) return refuse(`relative imports carry .ts, unlike ${from}`);
    return tableViolation(path, resolved(path, from), each.isTypeOnly).flatMap(refuse);
  }
  if (from.startsWith('node:')) {
    const allowed = pure[folderOf(path)];
    return allowed === undefined || allowed.includes(from)
      ? []
      : refuse(`${folderOf(path)} does without ${from}`);
  }
  const home = homes.find(([library]) => library.test(from));
  if (home === undefined) return refuse(`${from} has no folder yet: give it one in test/layering.ts`);
  const [, places] = home;
  return places.some((place) => isAt(path, place))
    ? []
    : refuse(`${from} belongs to ${places.join(' and ')}`);
}

/** The rule that an import of our own breaks, if any. */
function tableViolation(path: string, target: string, isTypeOnly: boolean): readonly string[] {
  const own = folderOf(path);
  const other = folderOf(target);
  if (own === other) return [];
  const joiner = joiners.find(([files]) => files.test(path));
  if (joiner !== undefined) return other === joiner[1] ? [`${own} must not import ${target}`] : [];
  const reach = table[own] ?? { values: ['src/domain'], types: ['src/control'] };
  if (reach.values.some((place) => isAt(target, place))) return [];
  if (reach.types.some((place) => isAt(target, place))) {
    return isTypeOnly ? [] : [`${own} may import only types from ${other}, and ${target} for its values`];
  }
  return [`${own} must not import ${target}`];
}

function impurities({ path, text }: SourceFile): readonly Violation[] {
  const folder = folderOf(path);
  if (pure[folder] === undefined) return [];
  return withoutComments(text)
    .split('\n')
    .flatMap((code, index) =>
      impure
        .filter(([, pattern]) => pattern.test(code))
        .map(([what]) => ({
          file: path,
          line: index + 1,
          rule: `${folder} does without ${what}: it is passed in`,
        })),
    );
}

function barrelViolations({ path, text }: SourceFile): readonly Violation[] {
  if (/(^|\/)index\.ts$/.test(path))
    return [{ file: path, line: 1, rule: 'no barrels: import from the file itself' }];
  const rest = withoutComments(text)
    .replaceAll(statement, (whole) => (whole.startsWith('export') ? '' : whole))
    .trim();
  const isBarrel = /^export\b/m.test(text) && rest === '';
  return isBarrel
    ? [{ file: path, line: 1, rule: 'no barrels: this file only exports what others define' }]
    : [];
}

// --- reading ---------------------------------------------------------------------------------------

/** `import … from '…'`, `export … from '…'` and `import '…'` at the start of a line. */
const statement = /^(?:import|export)\s+(?:([^;'"]*?)\s+from\s+)?'([^']+)';?/gm;
const dynamicImport = /\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf({ text }: SourceFile): readonly Import[] {
  const code = withoutComments(text);
  const lineAt = (index: number): number => code.slice(0, index).split('\n').length;
  const fixed = [...code.matchAll(statement)].map((match): Import => {
    const [, clause = '', from = ''] = match;
    return { from, line: lineAt(match.index), isTypeOnly: isTypeOnly(clause) };
  });
  const dynamic = [...code.matchAll(dynamicImport)].map(
    (match): Import => ({ from: match[1] ?? '', line: lineAt(match.index), isTypeOnly: false }),
  );
  return [...fixed, ...dynamic];
}

function isTypeOnly(clause: string): boolean {
  if (/^type\b/.test(clause)) return true;
  const names = /^\{([^}]*)\}$/
    .exec(clause)?.[1]
    ?.split(',')
    .map((name) => name.trim());
  return names?.filter((name) => name !== '').every((name) => name.startsWith('type ')) ?? false;
}

/** The same text with every comment blank, so that lines keep their numbers. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*$/gm, (comment) =>
    comment.replaceAll(/[^\n]/g, ' '),
  );
}

function resolved(path: string, from: string): string {
  return new URL(from, `file:///${path}`).pathname.slice(1);
}

/** `src/domain`, `solver`; `src` for the files in it. */
function folderOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'src' && parts.length > 2 ? `src/${parts[1]}` : (parts[0] ?? '');
}

function isAt(path: string, place: string): boolean {
  if (!/[*]|\.ts$/.test(place)) return folderOf(path) === place;
  const pattern = place.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
  return new RegExp(`^${pattern}${place.endsWith('.ts') ? '$' : ''}`).test(path);
}

/** Files that need each other to run. */
function cycles(files: readonly SourceFile[]): readonly Violation[] {
  const needs = new Map(files.map((file) => [file.path, valueTargets(file)]));
  const done = new Set<string>();
  const found: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      const round = [...trail.slice(at), path];
      found.push({ file: path, line: 1, rule: `no cycles: ${round.join(' needs ')}` });
      return;
    }
    if (done.has(path)) return;
    for (const target of needs.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

const valueTargets = (file: SourceFile): readonly string[] =>
  importsOf(file).flatMap(({ from, isTypeOnly: isErased }) =>
    from.startsWith('.') && !isErased ? [resolved(file.path, from)] : [],
  );
