import { string } from '@oclif/core/args';
import { bashCompletion } from '../report/completion/bash.js';
import { fishCompletion } from '../report/completion/fish.js';
import { powershellCompletion } from '../report/completion/powershell.js';
import { readSurface } from '../report/completion/surface.js';
import { zshCompletion } from '../report/completion/zsh.js';
import { CpexCommand } from './base.js';

const SHELLS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
} as const;

export default class Completion extends CpexCommand {
  static override summary = 'Print the completion script of a shell.';
  static override description =
    'Prints a script that completes commands, flags and their values. Its first line says how to load it; nothing is written anywhere.';
  static override examples = [
    'eval "$(<%= config.bin %> completion bash)"',
    '<%= config.bin %> completion fish | source',
  ];
  static override args = {
    shell: string({ description: 'Shell to complete in.', required: true, options: Object.keys(SHELLS) }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Completion);
    const script = SHELLS[args.shell as keyof typeof SHELLS](readSurface(this.config.bin, this.config.commands));
    await this.work(flags, async () => ({ value: { shell: args.shell, script }, text: () => script.trimEnd() }));
  }
}
