// Makes `yaml` resolve scalars as kubectl does, whose reader follows YAML 1.1 with exceptions of its own.
import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, Tags } from 'yaml';

const bool = { identify: (value: unknown) => typeof value === 'boolean', default: true as const, tag: 'tag:yaml.org,2002:bool' };

// `yes`, `on` and `y` are true for kubectl; the library leaves out `y`, and knows `0o17` only in 1.2.
const own: readonly ScalarTag[] = [
  { ...bool, test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/, resolve: () => true },
  { ...bool, test: /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/, resolve: () => false },
  { identify: () => false, default: true, tag: 'tag:yaml.org,2002:int', format: 'OCT12', test: /^[-+]?0o[0-7_]+$/, resolve: octal },
];

function octal(text: string): number {
  const digits = text.replaceAll('_', '').replace(/^[-+]?0o/, '');
  return (text.startsWith('-') ? -1 : 1) * Number.parseInt(digits, 8);
}

// Timestamps and base-60 numbers stay strings (`12:30:45` is a time, not a number), as do the 1.1 types that JSON has not.
const dropped = new Set(['timestamp', 'binary', 'set', 'omap', 'pairs', 'bool'].map((name) => `tag:yaml.org,2002:${name}`));
const keep = (tag: Tags[number]): boolean => (typeof tag === 'string' ? !/time|timestamp|binary|set|omap|pairs|bool/i.test(tag) : !dropped.has(tag.tag) && tag.format !== 'TIME');

/** `uniqueKeys` is off because the library compares every pair of keys, which a large file makes endless; {@link ./shape.ts} looks itself. */
export const goYaml: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
  customTags: (tags: Tags): Tags => [...own, ...tags.filter(keep)],
};
