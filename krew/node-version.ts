// Says which Node is needed where the one that runs is too old: checked before anything that only a newer one can do.

/** The first release in which a process can become another program, which the worker does. */
const needed = { major: 22, minor: 15 } as const;

/** `version` as `process.version` has it; undefined when it will do. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > needed.major || (major === needed.major && minor >= needed.minor)) return undefined;
  return `error: this needs Node ${needed.major}.${needed.minor} or newer, and the one that runs is ${version}\nhint: run 'npm ci' in the checkout, which brings one, and then 'npm run first-agent'\n`;
}
