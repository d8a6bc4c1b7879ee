/** Reasons by which a test says that this machine lacks something. */
const LACKS = [
  /^needs the C probe\b/,
  /which the host has not here$/,
  /^needs (?:go|rustc), which is \w+ here$/,
  /^needs (?:a C compiler|what builds a project|go for its host): /,
  /^needs the Go modules of native\/corpus\/\S+: /,
  /^needs a sanitizer\b/,
  /^needs (?:valgrind|clang|cargo-fuzz), which is not here$/,
  /^needs a kernel that /,
  /^needs qemu or wine\b/,
  /^the system (?:has no locale|gives no thread)\b/,
];

/** Whether a test was left out for what the machine has not; any other reason is a fault of a test or of its plugin. */
export function machineReason(reason: string): boolean {
  return LACKS.some((pattern) => pattern.test(reason));
}
