// The marks by which everything that `install` makes is found again, and by which one part is told from another.
import { version } from '../../proxy/telemetry/version.ts';
import { annotations } from '../api/group.ts';
import type { KubeObject } from '../api/object.ts';
import { componentLabel, installLabels, type components } from './names.ts';

/** As `kubectl -l` takes it: everything of an installation. */
export const installSelector = Object.entries(installLabels).map(([name, value]) => `${name}=${value}`).join(',');

export type Component = (typeof components)[keyof typeof components];

/** Of the pods of a component, and never changed: a Deployment's selector cannot be. */
export const podLabels = (component: Component): Readonly<Record<string, string>> => ({ 'app.kubernetes.io/part-of': installLabels['app.kubernetes.io/part-of'], [componentLabel]: component });

/** With the labels of an installation and the version that made it. */
export const marked = (object: KubeObject, release: string = version): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...installLabels, ...object.metadata.labels }, annotations: { ...object.metadata.annotations, [annotations.version]: release } },
});
