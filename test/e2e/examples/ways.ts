// How the examples of a command's help are run: in which world, with which end. A command that is not listed runs beside a dev session and must end with 0.

export interface Way {
  /** `session`: beside a running dev session, whose cluster is the current one. `cluster`: a cluster without CLRK. `alone`: a home in which nothing has run. */
  readonly world: 'session' | 'cluster' | 'alone';
  /** The codes with which it may end; 0 alone unless said otherwise. */
  readonly ends?: readonly number[];
  /** It does not end by itself: what it prints before Ctrl-C. */
  readonly until?: RegExp;
  /** What is typed when it asks, at a terminal. */
  readonly answer?: string;
  /** Another shell than bash. */
  readonly shell?: 'fish' | 'zsh';
  /** Command lines that come first. */
  readonly before?: readonly string[];
  /** Why it cannot be run here; its flags are checked all the same. */
  readonly not?: string;
}

const usual: Way = { world: 'session' };
const inDocker: Way = { ...usual, not: 'it is for a cluster in Docker' };
/** Ctrl-C while it still begins is told apart from one that ends it. */
const session: Way = { world: 'alone', until: /agent default\/echo-bot|echo-bot created/, ends: [0, 130] };
/** They ask before they change a cluster. */
const asking: Way = { world: 'cluster', answer: 'y' };

/** By the path of the command, then by what its line contains; the first that fits. */
const ways: Readonly<Record<string, readonly (readonly [part: string, way: Way])[]>> = {
  dev: [
    ['--cluster k3s', { world: 'alone', not: 'it needs a Docker engine and the network' }],
    ['--exit-after-records', { world: 'alone' }],
    ['', session],
  ],
  'dev logs': [['', inDocker]],
  'dev reload': [['', inDocker]],
  'agents list': [['-w', { ...usual, until: /echo-bot/, ends: [130] }]],
  'agents get': [['-w', { ...usual, until: /echo-bot/, ends: [130] }]],
  'agents logs': [['-f', { ...usual, until: /./, ends: [130] }]],
  diff: [['', { ...usual, ends: [0, 1] }]],
  completion: [['fish', { ...usual, shell: 'fish' }]],
  'completion install': [['--remove', { ...usual, before: ['kubectl clrk completion install'] }]],
  'secrets delete': [['', { ...usual, before: ['kubectl clrk secrets set anthropic-credentials --from-env api-key=ANTHROPIC_API_KEY'] }]],
  // What it prints goes into a file, where a terminal's line ends would spoil it.
  install: [['>', { world: 'cluster' }], ['', asking]],
  upgrade: [['', asking]],
  uninstall: [['', asking]],
  // It tells what is not well, and a cluster without nodes is not.
  check: [['', { world: 'cluster', ends: [0, 1] }]],
};

export const wayOf = (path: string, line: string): Way => ways[path]?.find(([part]) => line.includes(part))?.[1] ?? usual;
