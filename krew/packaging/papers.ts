// What travels with an executable on paper: the bill of materials as CycloneDX 1.6, and the licences of all that is in it.
import { createHash } from 'node:crypto';
import { nodeVersion, type Target } from '../targets.ts';
import type { BundledPackage } from './bundled.ts';

const purlOf = ({ name, version }: BundledPackage): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** No time and no chance in it: the same content has the same bill. */
export function bill(version: string, packages: readonly BundledPackage[], targets: readonly Target[]): string {
  const itself = `pkg:generic/kubectl-clrk@${version}`;
  const nodes = targets.map(({ os, arch, node }) => {
    const purl = `pkg:npm/${node.package}@${nodeVersion}`;
    return {
      type: 'platform', 'bom-ref': purl, name: node.package, version: nodeVersion, description: `Node.js for ${os}/${arch}: ${node.file}`,
      hashes: [{ alg: 'SHA-256', content: node.sha256 }], licenses: [{ license: { id: 'MIT' } }], purl,
    };
  });
  const libraries = packages.map((one) => ({
    type: 'library', 'bom-ref': purlOf(one), name: one.name, version: one.version, licenses: [{ expression: one.licence }], purl: purlOf(one),
  }));
  const components = [...nodes, ...libraries];
  const body = {
    metadata: { component: { type: 'application', 'bom-ref': itself, name: 'kubectl-clrk', version, licenses: [{ license: { id: 'Apache-2.0' } }], purl: itself } },
    components,
    dependencies: [{ ref: itself, dependsOn: components.map(({ purl }) => purl) }, ...components.map(({ purl }) => ({ ref: purl }))],
  };
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  // A name made of the content (version 8 of UUIDs).
  const serial = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-');
  return `${JSON.stringify({ $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${serial}`, version: 1, ...body }, null, 2)}\n`;
}

/** `node` is the licence file of Node, which holds those of its own parts. */
export function notices(packages: readonly BundledPackage[], node: string): string {
  const rule = '='.repeat(80);
  const parts = [
    `kubectl-clrk is licensed under the Apache License 2.0, see LICENSE. It contains the following work of others.`,
    ...packages.map(({ name, version, licence, texts }) => [`${name} ${version} (${licence})`, ...texts.map(({ text }) => text)].join('\n\n')),
    `Node.js ${nodeVersion}\n\n${node.trim()}`,
  ];
  return `${parts.join(`\n\n${rule}\n\n`)}\n`;
}
