// Reads checked fields out of parsed JSON: every error names the path and what stands there.

/** An object that is known to be one, and where it stands. */
export interface Fields {
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export function fields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object', value);
  return { path, value: value as Record<string, unknown> };
}

export function child(of: Fields, name: string): Fields {
  return fields(of.value[name], at(of, name));
}

export function text(of: Fields, name: string, maxLength = 256): string {
  const value = plainText(of.value[name], at(of, name));
  if (value.length > maxLength) throw new Error(`${at(of, name)}: longer than ${maxLength} characters`);
  return value;
}

/** A string as the kernel takes it: without NUL, at most as long as one argument may be. */
export function plainText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrong(path, 'a string', value);
  if (value.length > 131_072) throw new Error(`${path}: longer than 131072 characters`);
  if (value.includes('\0')) throw new Error(`${path}: contains a NUL character`);
  return value;
}

export function count(of: Fields, name: string): number {
  const value = of.value[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong(at(of, name), 'a whole number of 0 or more', value);
  return value;
}

export function flag(of: Fields, name: string): boolean {
  const value = of.value[name];
  if (typeof value !== 'boolean') throw wrong(at(of, name), 'true or false', value);
  return value;
}

export function oneOf<T extends string>(of: Fields, name: string, allowed: readonly T[]): T {
  const value = of.value[name];
  const found = allowed.find((a) => a === value);
  if (found === undefined) throw wrong(at(of, name), `one of ${allowed.join(', ')}`, value);
  return found;
}

export function list<T>(of: Fields, name: string, most: number, item: (value: unknown, path: string) => T): readonly T[] {
  const value = of.value[name];
  if (!Array.isArray(value)) throw wrong(at(of, name), 'a list', value);
  if (value.length > most) throw new Error(`${at(of, name)}: more than ${most} entries`);
  return value.map((entry, index) => item(entry, `${at(of, name)}[${index}]`));
}

function at(of: Fields, name: string): string {
  return of.path === '' ? name : `${of.path}.${name}`;
}

function wrong(path: string, wanted: string, value: unknown): Error {
  const seen = value === undefined ? 'nothing' : JSON.stringify(value)?.slice(0, 80);
  return new Error(`${path === '' ? 'the document' : path}: expected ${wanted}, got ${seen}`);
}
