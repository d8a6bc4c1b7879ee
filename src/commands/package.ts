import { boolean, string } from '@oclif/core/flags';
import { CpexCommand } from './base.js';

export default class Package extends CpexCommand {
  static override summary = 'Make the files of a release.';
  static override description =
    'Packs the release builds of this project into one archive for each target, with checksums.txt and, for hosts that have a registry, the entries that list them. The build of this machine is made when it is stale; those for other targets are taken from dist/, where another machine may have put them, and made when they are not there. Every library or program is audited first, that of this machine is started once, and its version must be that of cpex.yaml. The same files give the same bytes.';
  static override examples = [
    '<%= config.bin %> package',
    '<%= config.bin %> package --target all --no-build',
    '<%= config.bin %> package --url-base https://example.org/releases/1.2.3/',
  ];
  static override flags = {
    target: string({
      description: 'Target to package, or all that lie in dist; the machine itself when absent. Repeatable.',
      env: 'CPEX_PACKAGE_TARGET',
      multiple: true,
      helpValue: 'TARGET',
    }),
    out: string({
      description: 'Folder for the files; dist/package when absent.',
      env: 'CPEX_PACKAGE_OUT',
      helpValue: 'DIR',
    }),
    'url-base': string({
      description: "URL of the folder that archives are downloaded from; the repository's release when absent.",
      env: 'CPEX_PACKAGE_URL_BASE',
      helpValue: 'URL',
    }),
    'no-build': boolean({ description: 'Take what lies in dist and build nothing.', env: 'CPEX_PACKAGE_NO_BUILD' }),
    'dry-run': boolean({ description: 'Build and check, and say what would be written.', env: 'CPEX_PACKAGE_DRY_RUN' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Package);
    const [{ requireProject }, { packageProject }, { renderPackage }] = await Promise.all([
      import('../project/find.js'),
      import('../install/package/service.js'),
      import('../report/package-text.js'),
    ]);
    await this.work(flags, async (context) => {
      const project = await requireProject(context);
      const { out, target: targets = [], 'url-base': urlBase } = flags;
      const options = { project, targets, out, urlBase, noBuild: flags['no-build'], dryRun: flags['dry-run'] };
      const result = await packageProject(options, context);
      return { value: result, text: () => renderPackage(result, context.cwd) };
    });
  }
}
