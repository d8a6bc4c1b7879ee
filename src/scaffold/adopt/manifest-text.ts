import { Document, Scalar } from 'yaml';
import type { Manifest } from '../../model/manifest.js';

/** `cpex.yaml` of an adopted repository. Nothing is generated from it, so the sources stay the authority. */
export function adoptedText(manifest: Manifest): string {
  const document = new Document({ ...manifest });
  document.commentBefore =
    ' What this plugin is, for cpex. The sources state id and version themselves: keep the two in step.';
  const version = new Scalar(manifest.version);
  version.type = 'QUOTE_DOUBLE';
  document.set('version', version);
  return document.toString({ lineWidth: 0 });
}
