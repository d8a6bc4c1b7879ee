import type { TargetArch, TargetOs } from '../../model/target.js';

/** What the first bytes of a file say about what can run it. */
export type ExecutableFormat =
  | {
      readonly kind: 'program';
      readonly name: 'ELF' | 'Mach-O' | 'PE';
      readonly os: TargetOs;
      /** A target's word, or what else the processor is called. */
      readonly arch: TargetArch | (string & {});
      /** The program that the system starts in its place, to load its libraries; ELF only. */
      readonly loader?: string;
      /** A library: the system has nowhere to begin. */
      readonly library: boolean;
    }
  | { readonly kind: 'script'; readonly interpreter: string; readonly carriageReturn: boolean }
  | { readonly kind: 'text' | 'empty' | 'unknown' };

/** Bytes of a file that are enough for `readFormat`, in all but exotic files. */
export const FORMAT_BYTES = 8192;

/** Recognises a file by its first bytes. Never throws: what is damaged is `unknown`. */
export function readFormat(head: Buffer): ExecutableFormat {
  if (head.length === 0) return { kind: 'empty' };
  try {
    return elf(head) ?? machO(head) ?? pe(head) ?? script(head);
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'unknown' };
    throw error;
  }
}

const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'x86 (32-bit)',
  40: 'Arm (32-bit)',
  62: 'x64',
  183: 'arm64',
  243: 'RISC-V',
};
const ELF_DYNAMIC = 3;
const ELF_INTERPRETER = 3;
const FREEBSD_ABI = 9;

function elf(head: Buffer): ExecutableFormat | undefined {
  if (head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const wide = head[4] === 2;
  const little = head[5] === 1;
  const u16 = (at: number) => (little ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const u32 = (at: number) => (little ? head.readUInt32LE(at) : head.readUInt32BE(at));
  // What does not fit into 32 bits is beyond any head.
  const word = (at: number) => u32(wide && !little ? at + 4 : at);
  const machine = u16(18);
  const loader = interpreter();
  return {
    kind: 'program',
    name: 'ELF',
    os: head[7] === FREEBSD_ABI ? 'freebsd' : 'linux',
    arch: ELF_MACHINES[machine] ?? `machine ${machine}`,
    ...(loader === undefined ? {} : { loader }),
    library: u16(16) === ELF_DYNAMIC && loader === undefined && word(24) === 0,
  };

  function interpreter(): string | undefined {
    const [table, size, count] = wide ? [word(32), u16(54), u16(56)] : [word(28), u16(42), u16(44)];
    for (let at = table; at < table + size * count; at += size) {
      if (u32(at) !== ELF_INTERPRETER) continue;
      const [offset, length] = wide ? [word(at + 8), word(at + 32)] : [word(at + 4), word(at + 16)];
      if (offset + length > head.length) return undefined;
      return head.toString('utf8', offset, offset + length).replace(/\0.*$/s, '');
    }
    return undefined;
  }
}

const MACH_TYPE_LIBRARIES = new Set([6, 8]);

function machO(head: Buffer): ExecutableFormat | undefined {
  const about = { kind: 'program', name: 'Mach-O', os: 'darwin' } as const;
  const magic = head.readUInt32LE(0);
  // Java's class files begin alike; what is a number of slices here is their version.
  if (magic === 0xbebafeca && head.readUInt32BE(4) < 20) return { ...about, arch: 'universal', library: false };
  if (magic !== 0xfeedfacf) return undefined;
  const processor = head.readUInt32LE(4);
  const arch = { 16777223: 'x64', 16777228: 'arm64' }[processor] ?? `processor 0x${processor.toString(16)}`;
  return { ...about, arch, library: MACH_TYPE_LIBRARIES.has(head.readUInt32LE(12)) };
}

function pe(head: Buffer): ExecutableFormat | undefined {
  if (head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = head.readUInt32LE(60);
  if (head.toString('latin1', at, at + 4) !== 'PE\0\0') return { kind: 'unknown' };
  const machine = head.readUInt16LE(at + 4);
  const arch = { 332: 'x86 (32-bit)', 34404: 'x64', 43620: 'arm64' }[machine] ?? `machine 0x${machine.toString(16)}`;
  const library = (head.readUInt16LE(at + 22) & 0x2000) !== 0;
  return { kind: 'program', name: 'PE', os: 'windows', arch, library };
}

/** Tab, line ends, form feed and escape: what text files hold. */
const TEXT_CONTROLS = new Set([9, 10, 12, 13, 27]);

function script(head: Buffer): ExecutableFormat {
  if (head.toString('latin1', 0, 2) === '#!') {
    const line = head.toString('utf8', 2).split('\n')[0] ?? '';
    const [first = '', second] = line.trim().split(/\s+/);
    const named = /(?:^|\/)env$/.test(first) && second !== undefined && !/^-|=/.test(second) ? second : first;
    return { kind: 'script', interpreter: named, carriageReturn: line.endsWith('\r') };
  }
  return { kind: head.some((byte) => byte < 0x20 && !TEXT_CONTROLS.has(byte)) ? 'unknown' : 'text' };
}
