// The table of all cases. A new topic is a file in cases/ and a line here.
import type { Case } from './case.ts';
import { accessCases } from './cases/access.ts';
import { applyCoreCases } from './cases/apply-core.ts';
import { applyRefusalCases } from './cases/apply-refusals.ts';
import { applyCases } from './cases/apply.ts';
import { bodyCases } from './cases/bodies.ts';
import { definitionEndCases } from './cases/definitions-end.ts';
import { deleteCases } from './cases/deletes.ts';
import { discoveryCases } from './cases/discovery.ts';
import { fieldCases } from './cases/fields.ts';
import { formatCases } from './cases/formats.ts';
import { healthCases } from './cases/health.ts';
import { namingCases } from './cases/naming.ts';
import { jsonPatchCases } from './cases/json-patch.ts';
import { mergePatchCases } from './cases/merge-patch.ts';
import { kubectlApplyCases } from './cases/kubectl-apply.ts';
import { kubectlReadCases } from './cases/kubectl-read.ts';
import { kubectlWriteCases } from './cases/kubectl-write.ts';
import { strategicPatchCases } from './cases/strategic-patch.ts';
import { namespaceCases } from './cases/namespaces.ts';
import { objectCases } from './cases/objects.ts';
import { ownerCases } from './cases/owners.ts';
import { recordCases } from './cases/records.ts';
import { schemaCases } from './cases/schemas.ts';
import { openApiCases } from './cases/openapi.ts';
import { serviceCases } from './cases/services.ts';
import { ownRuleCases } from './cases/own-rules.ts';
import { ruleCases } from './cases/rules.ts';
import { kubectlWatchCases } from './cases/kubectl-watch.ts';
import { listCases } from './cases/lists.ts';
import { selectorCases } from './cases/selectors.ts';
import { tableCases } from './cases/tables.ts';
import { watchSceneCases } from './cases/watch-scenes.ts';
import { watchCases } from './cases/watches.ts';
import { settingCases } from './cases/settings.ts';

export const topics: Readonly<Record<string, readonly Case[]>> = {
  access: accessCases,
  apply: [...applyCases, ...applyRefusalCases, ...applyCoreCases],
  bodies: bodyCases,
  deletes: [...deleteCases, ...definitionEndCases],
  fields: fieldCases,
  formats: formatCases,
  health: healthCases,
  naming: namingCases,
  'kubectl apply': kubectlApplyCases,
  'kubectl read': kubectlReadCases,
  'kubectl write': kubectlWriteCases,
  patch: [...jsonPatchCases, ...mergePatchCases, ...strategicPatchCases],
  namespaces: namespaceCases,
  objects: objectCases,
  owners: ownerCases,
  records: recordCases,
  schemas: schemaCases,
  services: serviceCases,
  rules: [...ruleCases, ...ownRuleCases],
  watch: [...watchCases, ...watchSceneCases, ...kubectlWatchCases],
  lists: listCases,
  selectors: selectorCases,
  tables: tableCases,
  settings: settingCases,
  discovery: discoveryCases,
  openapi: openApiCases,
};
