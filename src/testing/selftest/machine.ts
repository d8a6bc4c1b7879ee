/** How the reasons begin or end by which a test says that this machine lacks something. */
const LACKS = [
  /^needs the C probe\b/,
  /which the host has not here$/,
  /^needs (?:valgrind|gdb|lldb|qemu|wine|an? sanitizer|afl|clang|go|rustc|cargo|a C compiler|Linux|root|a name ?space)\b/i,
  /\b(?:is|are) (?:missing|old|broken|not) here$/,
];

/** Whether a test was left out for what the machine has not; any other reason is a fault of a test or of its plugin. */
export function machineReason(reason: string): boolean {
  return LACKS.some((pattern) => pattern.test(reason));
}
