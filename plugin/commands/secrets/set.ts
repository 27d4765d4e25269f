// `kubectl clrk secrets set`: makes or changes a Secret without its values ever being shown.
import { Option } from 'clipanion';
import { ClrkCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';

export class SecretsSet extends ClrkCommand {
  static override paths = [['secrets', 'set'], ['secret', 'set']];
  static override usage = {
    category: 'Secrets',
    description: 'Make or change a Secret that a CredentialInjectionPolicy can use',
    details: 'Keys that an earlier `secrets set` gave and this one leaves out are removed; keys that somebody else put into the Secret stay. Policies that use it take the new value within a second, without a restart.',
    examples: [
      ['From the environment', '$0 secrets set anthropic-credentials --from-env api-key=ANTHROPIC_API_KEY'],
      ['From a password manager', 'pass show anthropic | $0 secrets set anthropic-credentials --from-stdin api-key'],
    ] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });
  fromEnv = Option.Array('--from-env', [], { description: '`KEY=ENVVAR`: the value of an environment variable; may be repeated' });
  fromFile = Option.Array('--from-file', [], { description: '`KEY=PATH`: the bytes of a file; may be repeated' });
  fromLiteral = Option.Array('--from-literal', [], { description: '`KEY=VALUE`: others can read it from your command line; may be repeated' });
  fromStdin = Option.String('--from-stdin', { description: '`KEY`: what comes on stdin, without the last line end' });

  async execute(): Promise<number> {
    const [{ readSources }, { applySecret }] = await Promise.all([import('../../secrets/sources.ts'), import('../../secrets/object.ts')]);
    const sources = { env: this.fromEnv, file: this.fromFile, literal: this.fromLiteral, ...(this.fromStdin === undefined ? {} : { stdin: this.fromStdin }) };
    const content = await readSources(this.name, sources, { ...this.context, warn: (text) => this.warn(text) });
    const { kube, namespace } = await this.cluster();
    const outcome = await applySecret(kube, namespace, content).finally(() => kube.close());
    this.print(`secret/${content.name} ${outcome}`);
    return exitCodes.ok;
  }
}
