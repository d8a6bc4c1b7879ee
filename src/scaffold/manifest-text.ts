import { Document, Scalar } from 'yaml';
import type { Manifest } from '../model/manifest.js';
import { MANIFEST_VERSION } from '../project/read-manifest.js';
import { capabilityText, type NewAnswers } from './answers.js';
import { readSample } from './samples.js';

/** Version of a new plugin. */
const FIRST_VERSION = '0.1.0';

const SCHEMA_LINE = ' yaml-language-server: $schema=.cpex/manifest.schema.json';

/** The manifest of a new project. */
export function newManifest(answers: NewAnswers): Manifest {
  const sample = answers.sample === undefined ? undefined : readSample(answers.sample);
  const { config, skip } = sample ?? {};
  const test = { ...(config === undefined ? {} : { config }), ...(skip === undefined ? {} : { skip }) };
  return {
    manifest: MANIFEST_VERSION,
    id: answers.id,
    version: FIRST_VERSION,
    description: answers.description,
    author: answers.author,
    ...(answers.license === 'none' ? {} : { license: answers.license }),
    ...(answers.repository === undefined ? {} : { repository: answers.repository }),
    language: answers.language,
    host: answers.host,
    capabilities: answers.capabilities.map(capabilityText),
    ...(answers.process === undefined ? {} : { process: answers.process }),
    ...(sample?.config_schema === undefined ? {} : { config_schema: sample.config_schema }),
    ...(Object.keys(test).length === 0 ? {} : { test }),
  };
}

/** `cpex.yaml` with the line that tells editors its schema. */
export function manifestText(manifest: Manifest): string {
  const document = new Document({ ...manifest });
  document.commentBefore = `${SCHEMA_LINE}\n What this plugin is. "cpex build" copies id, version and the rest into the built file.`;
  const version = new Scalar(manifest.version);
  version.type = 'QUOTE_DOUBLE';
  document.set('version', version);
  return document.toString({ lineWidth: 0 });
}
