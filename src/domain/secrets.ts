const kept = 'kept secret';

/** What a field of such a name holds is nobody's to read in a log. */
const isSecretName = (name: string): boolean =>
  /passw|secret|authorizationkey|apikey|^key$|^token(id)?$|simpin|privatekey/i.test(name);

/**
 * A JSON value as it may be written down: passwords are gone, those in the user part of a URL included.
 *
 * A setting tells its name beside its value: `{ key, value }` in OCPP 1.6, `{ variable: { name }, attributeValue }` in 2.x.
 */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/?#]*@/i, `$1${kept}@`);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const isSecretSetting = isSecretName(settingName(value));
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => {
      const isName = name === 'key' && 'value' in value;
      const isValue = name === 'value' || name === 'attributeValue';
      const isSecret = isValue ? isSecretSetting : isSecretName(name) && !isName;
      return [name, isSecret && typeof held === 'string' ? kept : withoutSecrets(held)];
    }),
  );
}

function settingName(value: object): string {
  if ('key' in value && typeof value.key === 'string') return value.key;
  const variable = 'variable' in value ? value.variable : undefined;
  const isNamed = typeof variable === 'object' && variable !== null && 'name' in variable;
  return isNamed && typeof variable.name === 'string' ? variable.name : '';
}
