/** Files that are recognised as libraries of systems that this machine is not. */
export const FOREIGN = {
  'windows-x64': pe(0x8664),
  'windows-arm64': pe(0xaa64),
  'darwin-x64': mach(0x01000007),
  'darwin-arm64': mach(0x0100000c),
  'darwin-universal': fat(),
};

function pe(machine: number): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('MZ', 0);
  bytes.writeUInt32LE(128, 60);
  bytes.write('PE\0\0', 128, 'latin1');
  bytes.writeUInt16LE(machine, 132);
  bytes.writeUInt16LE(0x2022, 150);
  return bytes;
}

function mach(cpu: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(cpu, 4);
  bytes.writeUInt32LE(6, 12);
  return bytes;
}

function fat(): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32BE(0xcafebabe, 0);
  bytes.writeUInt32BE(2, 4);
  return bytes;
}
