import type { TargetArch } from '../../model/target.js';

/** Values of Machine; the two that cpex has targets for in cpex's own words. */
const MACHINES: Readonly<Record<number, TargetArch | (string & {})>> = {
  332: 'x86 (32-bit)',
  452: 'Arm (32-bit)',
  34404: 'x64',
  43620: 'arm64',
  42561: 'arm64ec',
};

/** `x64`, `arm64`, or what the processor is called elsewhere. */
export function peMachineName(machine: number): TargetArch | (string & {}) {
  return MACHINES[machine] ?? `machine 0x${machine.toString(16)}`;
}
