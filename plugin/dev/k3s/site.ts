// Where one k3s cluster is made: engine, names, owner, image; what every step of its bring-up works with.
import type { Engine } from '../docker/engine.ts';
import { isLocal, nameOf, type Endpoint } from '../docker/endpoint.ts';
import { UserError } from '../../exit.ts';
import type { K3sIdentity } from './identity.ts';
import { k3sNames, type K3sNames, type Owner } from './names.ts';

export interface Site {
  readonly engine: Engine;
  readonly names: K3sNames;
  readonly owner: Owner;
  readonly identity: K3sIdentity;
  /** Of k3s. */
  readonly image: string;
}

export interface SiteWish {
  readonly stateDir: string;
  readonly home: string;
  readonly image: string;
}

/** The API port and the telemetry port are on the loopback of the engine's machine: it must be this one. */
export function refuseElsewhere(endpoint: Endpoint): void {
  if (isLocal(endpoint)) return;
  throw new UserError(`the Docker engine at ${nameOf(endpoint)} runs on another machine, and dev needs one on this machine`, ['use the engine here: DOCKER_HOST=unix:///var/run/docker.sock', 'or run without Docker: --cluster embedded']);
}

export const siteOf = (engine: Engine, identity: K3sIdentity, { stateDir, home, image }: SiteWish): Site => ({ engine, identity, image, names: k3sNames(stateDir, home), owner: { stateId: identity.stateId, stateDir } });
