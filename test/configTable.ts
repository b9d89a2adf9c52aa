import type { TSchema } from 'typebox';

interface Setting {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, TSchema>>;
}

/** The settings of the config as a Markdown table, one row for each value a person can write. */
export function configTable(schema: TSchema): string {
  const rows = settingRows(schema as Setting, '', true);
  return ['| setting | default | what it is |', '| --- | --- | --- |', ...rows].join('\n');
}

function settingRows(setting: Setting, path: string, isRequired: boolean): readonly string[] {
  const named =
    setting.$defs === undefined ? setting : ((setting.$defs[setting.$ref ?? ''] ?? {}) as Setting);
  // A circuit in a circuit: told once.
  if (named.$ref !== undefined)
    return [`| \`${path}\` | \`[]\` | circuits below this one, each as described here |`];
  if (named.properties !== undefined) {
    return Object.entries(named.properties).flatMap(([key, child]) =>
      settingRows(
        child as Setting,
        path === '' ? key : `${path}.${key}`,
        named.required?.includes(key) ?? false,
      ),
    );
  }
  const items = named.items as Setting | undefined;
  if (items !== undefined && (items.properties !== undefined || items.$ref !== undefined)) {
    return settingRows(items, `${path}[]`, true);
  }
  const byDefault =
    named.default === undefined ? (isRequired ? 'needed' : '') : `\`${JSON.stringify(named.default)}\``;
  return [`| \`${path}\` | ${byDefault} | ${meaning(named)} |`];
}

function meaning({ description, enum: choices, type }: Setting): string {
  const among = choices === undefined ? '' : choices.map((choice) => `\`${choice}\``).join(', ');
  const told = [among, description].filter((part) => part !== undefined && part !== '').join('; ');
  return (told === '' ? (type ?? '') : told).replaceAll('|', '\\|');
}
