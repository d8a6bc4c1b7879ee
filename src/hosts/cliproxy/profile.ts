import type { HostProfile } from '../../model/profile.js';
import { LANGUAGES } from '../../model/target.js';
import { contractPart } from '../../project/contract-data.js';
import { revisionsOf } from '../../project/contract-revisions.js';
import { type ContractFile, loadContract, type TypesFile } from '../contract.js';
import { cpexProfile } from '../cpex/profile.js';
import { cliproxyLayout, type RevisionLayout } from './layout.js';
import { cliproxyRelease } from './release.js';

/** CLIProxyAPI at one of its revisions: twenty capabilities over the native ABI. */
export function cliproxyProfile(revision: string): HostProfile {
  const host = `cliproxy@${revision}`;
  const contract = loadContract(
    contractPart(host, 'contract') as ContractFile,
    contractPart(host, 'types') as TypesFile,
  );
  return {
    ...cpexProfile,
    name: 'cliproxy',
    revision,
    summary: 'CLIProxyAPI: models, credentials, translation and management over the native ABI.',
    native: { entry: 'cliproxy_plugin_init', abiVersion: 1 },
    contract,
    languages: LANGUAGES,
    layout: cliproxyLayout(revisionsOf('cliproxy')?.revisions[revision]?.layout as unknown as RevisionLayout),
    release: cliproxyRelease,
  };
}
