// What a kubeconfig comes down to: one server, and how to be let in.
import type { Access } from './transport.ts';

export interface Login {
  readonly server: string;
  /** Of the context, else `default`. */
  readonly namespace: string;
  readonly contextName: string;
  /** PEM of the authority that the server's certificate must be of; absent: those of the system, or none at all. */
  readonly authority?: string;
  /** URL of a proxy in between. */
  readonly proxy?: string;
  readonly access: () => Promise<Access>;
  readonly close: () => void;
}
