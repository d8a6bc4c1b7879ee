import type { TargetArch } from '../../model/target.js';

/** Names of e_machine; the two that cpex has targets for in cpex's own words. */
const MACHINES: Readonly<Record<number, TargetArch | (string & {})>> = {
  3: 'x86 (32-bit)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC 64',
  22: 's390x',
  40: 'Arm (32-bit)',
  62: 'x64',
  183: 'arm64',
  243: 'RISC-V',
  258: 'LoongArch',
};

/** `x64`, `arm64`, or what the processor is called elsewhere. */
export function machineName(machine: number): TargetArch | (string & {}) {
  return MACHINES[machine] ?? `machine ${machine}`;
}
