import type { Project } from '../model/manifest.js';
import type { Language } from '../model/target.js';
import type { Subject } from './subject.js';

/** A subject with the project and the case files that go with it. */
export interface TestTarget {
  readonly subject: Subject;
  readonly project?: Project;
  readonly language?: Language;
  readonly caseFiles: readonly string[];
}
