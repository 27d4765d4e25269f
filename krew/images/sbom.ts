// Says what an image is made of, as CycloneDX: Node, the npm packages in its bundles, and Debian's packages.
import { createHash } from 'node:crypto';
import type { BundledPackage } from '../packaging/bundled.ts';
import type { DebianPackage } from './debian.ts';
import type { Architecture } from './names.ts';

export interface Made {
  readonly title: string;
  readonly reference: string;
  readonly version: string;
  readonly architecture: Architecture;
  readonly node: { readonly version: string; readonly sha256: string };
  readonly npm: readonly BundledPackage[];
  readonly debian: readonly DebianPackage[];
  readonly debianRelease: string;
}

/** No time and no chance in it: the same image has the same. */
export function sbom(made: Made): Buffer {
  const components = [
    {
      type: 'platform', name: 'node', version: made.node.version, purl: `pkg:generic/node@${made.node.version}`, cpe: `cpe:2.3:a:nodejs:node.js:${made.node.version}:*:*:*:*:*:*:*`,
      licenses: [{ license: { id: 'MIT' } }], hashes: [{ alg: 'SHA-256', content: made.node.sha256 }],
    },
    ...made.npm.map(({ name, version, licence }) => ({ type: 'library', name, version, purl: `pkg:npm/${name.replace('@', '%40')}@${version}`, licenses: [{ expression: licence }] })),
    ...made.debian.map(({ pin }) => ({
      type: 'library', name: pin.name, version: pin.version, hashes: [{ alg: 'SHA-256', content: pin.sha256 }],
      purl: `pkg:deb/debian/${encodeURIComponent(pin.name)}@${encodeURIComponent(pin.version)}?arch=${made.architecture}&distro=debian-${made.debianRelease}`,
    })),
  ].map((component) => ({ ...component, 'bom-ref': component.purl }));
  const body = {
    metadata: { component: { type: 'container', 'bom-ref': made.reference, name: made.reference, version: made.version, description: `${made.title}, linux/${made.architecture}`, licenses: [{ license: { id: 'Apache-2.0' } }] } },
    components,
    dependencies: [{ ref: made.reference, dependsOn: components.map(({ purl }) => purl) }],
  };
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const serial = [hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-');
  return Buffer.from(`${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${serial}`, version: 1, ...body }, null, 1)}\n`);
}
