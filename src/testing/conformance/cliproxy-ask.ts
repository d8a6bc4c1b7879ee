import path from 'node:path';
import { readPluginName } from '../../hosts/cliproxy/file-name.js';
import { type Fields, fieldsOf, isFields } from '../../hosts/json-fields.js';
import type { Finding, Severity } from '../../model/finding.js';
import type { Subject, Trial } from '../subject.js';

/**
 * Makes a method's sample call with some members replaced. The result is undefined where the plugin answers with
 * an error, or with something that the tests of envelopes report.
 */
export type Ask = (method: string, more?: Fields) => Promise<Fields | undefined>;

/** Asks a plugin that has registered. */
export function asker({ profile }: Subject, { plugin }: Trial): Ask {
  return async (method, more = {}) => {
    const [sample] = profile.contract.methods.get(method)?.samples ?? [];
    const { envelope } = await plugin.invoke(method, { ...fieldsOf(sample), ...more });
    if (envelope.ok !== true) return undefined;
    return isFields(envelope.result) ? envelope.result : {};
  };
}

/** The id by which the host knows a plugin: its manifest's, else what it reads in the file name. */
export function fileId({ artefact, manifest }: Subject): string {
  if (manifest !== undefined) return manifest.id;
  const reading = readPluginName(artefact, true);
  return 'file' in reading ? reading.file.id : path.parse(artefact).name;
}

/** A finding with what to do about it. */
export function finding(
  id: string,
  severity: Severity,
  message: string,
  evidence: readonly string[],
  remedy: string,
): Finding {
  return { id, severity, message, remedy, ...(evidence.length === 0 ? {} : { evidence }) };
}
