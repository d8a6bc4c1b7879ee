import { string } from '@oclif/core/args';
import { explainCode, renderCodes } from '../report/explain-text.js';
import { CpexCommand } from './base.js';

export default class Explain extends CpexCommand {
  static override summary = 'Explain an error code.';
  static override description =
    'Every error that cpex reports carries a stable code. This prints what the code means, why it happens and what helps. Without a code it lists them all.';
  static override examples = ['<%= config.bin %> explain CPEX_E_USAGE', '<%= config.bin %> explain'];
  static override args = { code: string({ description: 'Error code, e.g. CPEX_E_USAGE.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    await this.work(flags, async () => {
      const { value, text } = args.code === undefined ? renderCodes() : explainCode(args.code);
      return { value, text: () => text };
    });
  }
}
