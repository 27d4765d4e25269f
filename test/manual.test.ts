// The pages a person reads are true: every example passes its schema, every command they name exists with its flags, every link leads somewhere.
import test from 'ava';
import { Cli } from 'clipanion';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { globalFlags } from '../plugin/command.ts';
import { commandOf, leadingWords } from '../plugin/find.ts';
import { checkManifests } from '../plugin/manifests/check.ts';
import { readManifests } from '../plugin/manifests/read.ts';

const root = join(import.meta.dirname, '../..');
const pages = globSync(['README.md', 'docs/*.md', '_examples/*/README.md', 'proxy/INVARIANTS.md'], { cwd: root }).toSorted();
const text = (page: string): string => readFileSync(join(root, page), 'utf8');

for (const example of globSync('_examples/*/manifests', { cwd: root })) {
  test(`${example} passes the check that apply runs before it sends anything`, async (t) => {
    const { manifests, faults } = await readManifests([join(root, example)], { stdin: process.stdin, recursive: false, cwd: root, home: root });
    t.true(manifests.length > 0);
    t.deepEqual([...faults, ...checkManifests(manifests)], []);
  });
}

/** Command lines of the pages, in code blocks and in running text, continued lines joined. */
function commandLines(page: string): string[] {
  const found = text(page).replaceAll(/\\\n\s*/g, '').matchAll(/(?:^\$? ?|`)kubectl clrk ([^`\n]+)/gm);
  return [...found].map((line) => (line[1] ?? '').trim()).filter((line) => !line.startsWith('...'));
}

for (const page of pages) {
  test(`the commands in ${page} exist, with the flags it gives them`, (t) => {
    for (const line of commandLines(page)) {
      // A table names several subcommands at once: `agents list\|get\|logs`.
      const words = line.replaceAll('\\|', '|').split(/\s+/);
      const choices = words.find((word) => word.includes('|') && !word.startsWith('-'))?.split('|') ?? [''];
      for (const choice of choices) {
        const argv = words.map((word) => (word.includes('|') ? choice : word));
        const command = commandOf(leadingWords(argv));
        t.truthy(command, `${page}: kubectl clrk ${line}`);
        if (command === undefined) continue;
        const known = Cli.from([command], { binaryName: 'kubectl clrk' }).definition(command)?.options.flatMap(({ nameSet }) => nameSet) ?? [];
        const flags = argv.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=', 1)[0] ?? '');
        const all = [...known, ...globalFlags.flatMap(({ names }) => names)];
        t.deepEqual(flags.filter((flag) => !all.includes(flag)), [], `${page}: kubectl clrk ${line}`);
      }
    }
    t.pass();
  });

  test(`the manifests in ${page} pass the check that apply runs`, async (t) => {
    for (const [, manifest = ''] of text(page).matchAll(/^```yaml\n(.*?)^```/gms)) {
      const { manifests, faults } = await readManifests(['-'], { stdin: Readable.from([manifest]), recursive: false, cwd: root, home: root });
      t.deepEqual([...faults, ...checkManifests(manifests)], [], manifest);
    }
    t.pass();
  });

  test(`the links in ${page} lead somewhere`, (t) => {
    const links = [...text(page).matchAll(/\]\(([^)#]+)\)/g)].map((link) => link[1] ?? '').filter((link) => !/^https?:/.test(link));
    t.deepEqual(links.filter((link) => !existsSync(join(root, dirname(page), link))), []);
  });
}
