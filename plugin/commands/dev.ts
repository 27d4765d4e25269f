// `kubectl clrk dev`: everything on this machine, from an API server to the sandboxes, until Ctrl-C.
import { Option } from 'clipanion';
import { ClrkCommand } from '../command.ts';

export class Dev extends ClrkCommand {
  static override paths = [['dev']];
  static override usage = {
    category: 'This machine',
    description: 'Run everything on this machine: cluster, operator, worker and egress proxy',
    details: `
      Starts an API server, the operator, a worker and the egress proxy, writes the Secrets of --secret, applies the manifests of --apply,
      and shows what the agents do. Ctrl-C stops everything; the state stays, and the next run goes on from there. A clean slate is
      rm -rf ~/.clrk.

      Where a Docker engine answers and the images can be had, the cluster is k3s in a container, which the k3d command knows as clrk-dev,
      and everything runs in its pods; else it is an embedded API server, and everything runs as processes of this machine. --cluster says
      which.

      With --context NAME or --kubeconfig FILE it uses a cluster that is there instead of its own: the kinds of CLRK are installed there, the
      operator, the worker and the egress proxy run on this machine, and the end removes what was created, unless others use it by then or
      --keep was given. One operator serves a cluster at a time.

      With -n NAMESPACE the worker runs the agents of that namespace, and objects that name none go there.

      While it runs, add --local to other commands, or export KUBECONFIG=~/.clrk/kubeconfig.host for kubectl.

      A Secret is taken from a variable of your shell: --secret NAME=ENVVAR[:KEY]. Without KEY it is ENVVAR in lower case with - for _.
    `,
    examples: [
      ['The first agent, with your own key', '$0 dev --apply _examples/echo-bot/manifests --secret anthropic-credentials=ANTHROPIC_API_KEY:api-key'],
      ['The same without a network: a stand-in answers for the provider', '$0 dev --offline --apply _examples/echo-bot/manifests --secret anthropic-credentials=ANTHROPIC_API_KEY:api-key'],
      ['In a cluster that is there; at the end only what was created goes', '$0 dev --context kind-dev --offline --apply _examples/echo-bot/manifests --secret anthropic-credentials=ANTHROPIC_API_KEY:api-key'],
      ['In k3s in Docker, with an image that is there', '$0 dev --cluster k3s --k3s-image rancher/k3s:v1.35.5-k3s1'],
      ['In a script: end after two calls', '$0 dev --offline --apply agent.yaml --exit-after-records 2 --timeout 60s'],
    ] as [string, string][],
  };

  apply = Option.Array('-f,--apply', [], { description: 'Apply a file, a folder or - for stdin (`PATH`); may be repeated' });
  recursive = Option.Boolean('-R,--recursive', false, { description: 'Folders below a folder of --apply too' });
  force = Option.Boolean('--force-conflicts', false, { description: 'Take over what somebody else set: fields of the objects of --apply, Secrets, kinds that are in use in another version' });
  secrets = Option.Array('--secret', [], { description: 'Make a Secret from a variable (`NAME=ENVVAR[:KEY]`); may be repeated' });
  offline = Option.Boolean('--offline', false, { description: 'Stand-ins answer for providers, and the example image comes from files of this machine' });
  images = Option.Array('--image', [], { description: 'Use an image archive, as docker save writes it (`NAME=FILE`); may be repeated' });
  insecureRegistries = Option.Array('--insecure-registry', [], { description: 'Pull from this registry over http without TLS (`HOST:PORT`); may be repeated' });
  sandbox = Option.String('--sandbox', { description: 'Require gvisor, bubblewrap or namespaces; else the strongest there is' });
  clusterKind = Option.String('--cluster', { description: 'The `KIND` of cluster to bring: k3s (in Docker) or embedded; else k3s where Docker can have it' });
  k3sImage = Option.String('--k3s-image', { description: 'The `IMAGE` of --cluster k3s; else that of last time, the first time rancher/k3s:v1.35.5-k3s1' });
  forceRecreate = Option.Boolean('--force-recreate', false, { description: 'Make the container of --cluster k3s anew without asking; what is in the cluster stays' });
  keep = Option.Boolean('--keep', false, { description: 'Leave what was created in the cluster of --context' });
  tui = Option.Boolean('--tui', { description: 'Show the terminal interface; --no-tui prints plain lines. Without either, a terminal decides' });
  exitAfterRecords = Option.String('--exit-after-records', { description: 'End with 0 after `N` calls' });
  timeout = Option.String('--timeout', { description: 'The `DURATION` that --exit-after-records waits before it ends with 1, e.g. 90s; else 2m' });
  port = Option.String('--port', { description: 'Port of the API server for this run (`N`); else the one that was found last time, else a free one' });
  salvageStore = Option.Boolean('--salvage-store', false, { description: 'Start on a damaged store with what is whole of it; the damaged files are kept beside it' });

  async execute(): Promise<number> {
    const [{ devRequest }, { runDev }] = await Promise.all([import('../dev/request.ts'), import('../dev/session.ts')]);
    const { stdin, stdout } = this.context as { stdin: { isTTY?: boolean }; stdout: { isTTY?: boolean } };
    const { apply, recursive, force, secrets, images, insecureRegistries, offline, sandbox, tui, exitAfterRecords, timeout, port, salvageStore, k3sImage, forceRecreate, namespace, stateDir, logLevel, keep, kubeconfig, local } = this;
    const cluster = { cluster: this.clusterKind, context: this.contextName, kubeconfig, local, keep, port, salvageStore, k3sImage, forceRecreate };
    const flags = { apply, recursive, force, secrets, images, insecureRegistries, offline, sandbox, tui, exitAfterRecords, timeout, namespace, stateDir, logLevel, colour: this.colour, ...cluster };
    return runDev(devRequest(flags, this.context, stdin.isTTY === true && stdout.isTTY === true), this.context);
  }
}
