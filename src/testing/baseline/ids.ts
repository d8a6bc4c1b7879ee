/** Suite name of what a comparison with an older build comes to. */
export const BASELINE = 'baseline';

/** What is compared; each is a result of its own. */
export const ASPECTS = ['registration', 'methods', 'schemas', 'exports', 'behaviour'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** Ids of the results, in their order. */
export const BASELINE_IDS: readonly string[] = [...ASPECTS, 'version'].map((aspect) => `${BASELINE}.${aspect}`);
