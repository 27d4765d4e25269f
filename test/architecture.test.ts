// Keeps the house in shape: one direction of imports, doors, no circles, 250 lines a file, packages per folder, names.
import test from 'ava';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { isBuiltin } from 'node:module';

const root = join(import.meta.dirname, '../..');
const sources = globSync('{plugin,operator,sandbox,proxy,krew}/**/*.{ts,tsx}', { cwd: root }).toSorted();
const text = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** Everything a file imports, type imports too. */
function imports(file: string): string[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...(text.get(file) ?? '').matchAll(pattern)].map((found) => found[1] ?? found[2] ?? found[3] ?? '');
}
const folder = (file: string): string => file.split('/')[0] ?? '';
const resolved = (file: string, to: string): string => normalize(join(dirname(file), to));

const order = ['plugin', 'operator', 'sandbox', 'proxy'];
const doors = [/^proxy\/(contract|crowd|debuggers|probe)\.ts$/, /^proxy\/(identity|telemetry)\//, /^proxy\/x509\//, /^sandbox\/contract\.ts$/, /^operator\/(api|kube|install)\//];

/** Third-party packages a folder may use; the reason for each stands in docs/dependencies.md. */
const packages: Record<string, readonly RegExp[]> = {
  proxy: [/^undici$/, /^node-forge$/, /^koffi$/, /^@opentelemetry\//],
  sandbox: [/^koffi$/, /^@opentelemetry\/api$/],
  operator: [/^@kubernetes\/client-node$/, /^undici$/, /^ajv$/],
  plugin: [/^@kubernetes\/client-node$/, /^undici$/, /^clipanion$/, /^typanion$/, /^ink$/, /^react$/, /^yaml$/, /^ajv$/, /^fastest-levenshtein$/, /^diff$/, /^re2js$/],
  krew: [/^esbuild$/, /^pkg$/],
};

test('a folder imports only folders to its right, and only through their doors', (t) => {
  const broken: string[] = [];
  for (const file of sources.filter((name) => folder(name) !== 'krew')) {
    for (const to of imports(file).filter((name) => name.startsWith('.'))) {
      const target = resolved(file, to);
      if (folder(target) === folder(file)) continue;
      const right = order.indexOf(folder(target)) > order.indexOf(folder(file));
      if (!right || !doors.some((door) => door.test(target))) broken.push(`${file} -> ${target}`);
    }
  }
  t.deepEqual(broken, []);
});

test('no file imports itself through others, type imports included', (t) => {
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'done' || !text.has(file)) return;
    if (state.get(file) === 'open') {
      circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const to of imports(file).filter((name) => name.startsWith('.'))) visit(resolved(file, to), [...trail, file]);
    state.set(file, 'done');
  };
  for (const file of sources) visit(file, []);
  t.deepEqual(circles, []);
});

test('no file is longer than 250 lines, tests included', (t) => {
  const tests = globSync('test/**/*.{ts,tsx}', { cwd: root });
  const lines = (file: string): number => readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
  t.deepEqual([...sources, ...tests].filter((file) => lines(file) > 250), []);
});

test('every file begins with a sentence that says what it owns', (t) => {
  t.deepEqual(sources.filter((file) => !/^(#!.*\n)?\/\/ \S.{20,}/.test(text.get(file) ?? '')), []);
});

test('a folder uses only the packages it is allowed', (t) => {
  const broken: string[] = [];
  for (const file of sources) {
    for (const to of imports(file).filter((name) => !name.startsWith('.') && !isBuiltin(name))) {
      if (!packages[folder(file)]?.some((allowed) => allowed.test(to))) broken.push(`${file} -> ${to}`);
    }
  }
  t.deepEqual(broken, []);
});

test('a package is loaded at run time through a file of ours: in a split bundle its names would be lost if it is CommonJS', (t) => {
  const split = sources.filter((file) => folder(file) === 'plugin' && !file.startsWith('plugin/apiserver/'));
  const direct = split.flatMap((file) => [...(text.get(file) ?? '').matchAll(/\bimport\(\s*['"]([^'".]+)['"]/g)].map((found) => `${file} -> ${found[1]}`).filter((line) => !isBuiltin(line.split(' -> ')[1] ?? '')));
  t.deepEqual(direct, []);
});

test('every package of package.json has its reason in docs/dependencies.md', (t) => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  const reasons = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  t.deepEqual(names.filter((name) => !reasons.includes(`\`${name}\``)), []);
});

test('no file or folder is named after nothing in particular', (t) => {
  const banned = /(^|[-/.])(util|utils|helper|helpers|common|misc|base|manager|service|handler|data|info|impl|index)([-/.]|$)/;
  t.deepEqual(sources.filter((file) => banned.test(file)), []);
});

/** Where a sealed value is opened, and what for. A provider's key is opened to be stored, hashed, injected or redacted, and nowhere else. */
const openers: Record<string, string> = {
  'proxy/steps/credentials.ts': 'injection: the one request to its allowed upstream',
  'proxy/identity/identity.ts': 'the bearer token with which a certificate is asked for',
  'proxy/redact.ts': 'to take the value out of what is captured',
  'proxy/telemetry/otlp.ts': 'the bearer token of the collector',
  'plugin/secrets/object.ts': 'the Secret object that is sent to the API server',
  'plugin/dev/offline.ts': 'the digest by which the stand-in knows a key',
  'plugin/apiserver/server.ts': 'the key of its own certificate',
};

test('a sealed value is opened only where the list says what for', (t) => {
  const opened = sources.filter((file) => /\breveal\(/.test(text.get(file) ?? '') && file !== 'proxy/telemetry/sealed.ts');
  t.deepEqual(opened, Object.keys(openers).toSorted());
});
