import path from 'node:path';
import { readPluginName } from '../hosts/cliproxy/file-name.js';
import { artefactKind } from '../hosts/registry.js';
import type { Finding } from '../model/finding.js';
import type { HostProfile, Registration } from '../model/profile.js';
import type { ArtefactKind } from '../model/target.js';
import { plainVersion } from '../project/name-grammar.js';
import { CpexError } from '../support/errors.js';
import { programId } from './archive/choose-program.js';
import type { InstallSource, NamedPlugin } from './sources/install-source.js';

/** Version of a plugin that nobody has said one of. */
export const UNKNOWN = '0.0.0-unknown';

/** Who a plugin is, as far as its host is concerned. */
export interface Identity {
  readonly id: string;
  readonly version: string;
  readonly findings: readonly Finding[];
}

/**
 * Settles id and version: by what the plugin says when it registers, or, where the host goes by file
 * names, by its file, archive or registry. What was said elsewhere must agree.
 * @throws CpexError `CPEX_E_INSTALL_ID`
 */
export function identify(registration: Registration, source: InstallSource, profile: HostProfile): Identity {
  const identity =
    profile.release.identity === 'file'
      ? byFile(registration, source, artefactKind(profile))
      : byRegistration(registration, source);
  const problem = profile.layout.idProblem(identity.id);
  if (problem !== undefined) {
    const says = profile.release.identity === 'file' ? 'The plugin is called' : 'The plugin calls itself';
    throw new CpexError('CPEX_E_INSTALL_ID', `${says} ${JSON.stringify(identity.id)}: ${problem}.`);
  }
  const misread = profile.layout.versionProblem?.(identity.version);
  if (misread === undefined) return identity;
  throw new CpexError(
    'CPEX_E_INSTALL_ID',
    `The version ${JSON.stringify(identity.version)} cannot stand in a file name.`,
    {
      evidence: [misread],
      remedy: `Name the file after a version that the host can read: ${identity.id}-v1.2.3${path.extname(source.file)}`,
    },
  );
}

function byRegistration({ id, version }: Registration, { promised, named }: InstallSource): Identity {
  if (promised !== undefined && !(promised.id === id && promised.version === version)) {
    throw new CpexError('CPEX_E_INSTALL_ID', 'The plugin is not the one that build.json names.', {
      evidence: [`build.json: ${promised.id} ${promised.version}`, `registered: ${id} ${version}`],
      remedy: 'Build it again, so that file, record and registration agree: cpex build --force',
    });
  }
  if (named !== undefined && !(named.id === id && (named.version ?? version) === version)) {
    throw new CpexError('CPEX_E_INSTALL_ID', 'The plugin is not the one that its archive is named after.', {
      evidence: [`archive: ${named.id} ${named.version ?? ''}`.trimEnd(), `registered: ${id} ${version}`],
    });
  }
  return { id, version, findings: [] };
}

/** Such a host reads what the plugin calls itself, and shows it; it finds the plugin by its file alone. */
function byFile(registration: Registration, source: InstallSource, kind: ArtefactKind): Identity {
  const { promised } = source;
  const named = source.named ?? promised ?? namedByFile(source.file, kind);
  if (
    promised !== undefined &&
    (promised.id !== named.id || (named.version ?? promised.version) !== promised.version)
  ) {
    throw new CpexError('CPEX_E_INSTALL_ID', 'The archive is not the one that its build.json names.', {
      evidence: [
        `build.json: ${promised.id} ${promised.version}`,
        `archive: ${named.id} ${named.version ?? ''}`.trimEnd(),
      ],
    });
  }
  const said = plainVersion(registration.version);
  const version = named.version ?? promised?.version ?? (said === '' ? UNKNOWN : said);
  // Plugins that are processes have no way to say their version.
  const agrees = said === version || said === '';
  return { id: named.id, version, findings: agrees ? [] : [differs(registration.version, version)] };
}

function namedByFile(file: string, kind: ArtefactKind): NamedPlugin {
  if (kind === 'executable') return { id: programId(file) };
  const read = readPluginName(file, true);
  if ('problem' in read) {
    throw new CpexError('CPEX_E_INSTALL_ID', `${path.basename(file)} does not name a plugin: ${read.problem}.`, {
      remedy: 'This host goes by file names: call the file after the plugin, with its extension.',
    });
  }
  const { id, version } = read.file;
  return version === '' ? { id } : { id, version };
}

function differs(said: string, version: string): Finding {
  return {
    id: 'install.version',
    severity: 'warn',
    message: `The plugin registers as version ${JSON.stringify(said)}; it is installed as ${version}, and the host goes by that.`,
  };
}
