// Node ports of Services: which a Service gets. Nothing listens on them here; what counts is that manifests and clients find them.
import { randomInt } from 'node:crypto';
import type { KubeObject } from '../../json.ts';
import { fieldError, internal, invalid } from '../../status.ts';
import { about, canHaveNodePorts, needsHealthCheck, portsOf, specOf, usesNodePorts, type Spec } from './spec.ts';

const range = { first: 30000, last: 32767 };

const portsIn = (service: KubeObject): readonly number[] => {
  const spec = specOf(service);
  return [...portsOf(spec).map(({ nodePort = 0 }) => nodePort), spec.healthCheckNodePort ?? 0].filter((port) => port > 0);
};

class NodePorts {
  readonly #taken: Set<number>;
  readonly #name: string;

  constructor(name: string, others: readonly KubeObject[]) {
    this.#name = name;
    this.#taken = new Set(others.flatMap(portsIn));
  }

  take(port: number, index: number): void {
    const why = port < range.first || port > range.last ? `provided port is not in the valid range. The range of valid ports is ${range.first}-${range.last}` : this.#taken.has(port) ? 'provided port is already allocated' : '';
    if (why) throw invalid(about, this.#name, [fieldError.invalid(`spec.ports[${index}].nodePort`, port, why)]);
    this.#taken.add(port);
  }

  next(): number {
    const size = range.last - range.first + 1;
    const start = randomInt(size);
    for (let step = 0; step < size; step++) {
      const port = range.first + ((start + step) % size);
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    throw internal('failed to allocate a nodePort: range is full');
  }
}

/** A client that sends its manifest again keeps the node ports that it was given. */
export function keepNodePorts(spec: Spec, live: Spec): void {
  if (!canHaveNodePorts(spec) || !canHaveNodePorts(live)) return;
  const asked = new Set(portsOf(spec).map(({ nodePort }) => nodePort));
  const before = new Map(portsOf(live).map(({ name = '', nodePort = 0 }) => [name, nodePort]));
  for (const port of portsOf(spec)) {
    const old = before.get(port.name ?? '') ?? 0;
    if (!port.nodePort && old > 0 && !asked.has(old)) port.nodePort = old;
  }
}

/** Gives each port its node port; ports of one number and several protocols share one. */
export function allocateNodePorts(service: KubeObject, siblings: () => readonly KubeObject[]): void {
  const spec = specOf(service);
  if (!canHaveNodePorts(spec)) return;
  const ports = new NodePorts(service.metadata.name ?? '', siblings());
  const given = new Map<number, number>();
  portsOf(spec).forEach((one, index) => {
    const { port = 0, nodePort = 0 } = one;
    if (nodePort === 0 && !usesNodePorts(spec)) return;
    const shared = given.get(port);
    if (shared !== undefined && (nodePort === 0 || nodePort === shared)) {
      one.nodePort = shared;
      return;
    }
    const asked = nodePort || (portsOf(spec).find((other) => other.port === port && (other.nodePort ?? 0) > 0)?.nodePort ?? 0);
    if (asked > 0) ports.take(asked, index);
    one.nodePort = asked || ports.next();
    given.set(port, one.nodePort);
  });
  if (needsHealthCheck(spec) && !spec.healthCheckNodePort) spec.healthCheckNodePort = ports.next();
}
