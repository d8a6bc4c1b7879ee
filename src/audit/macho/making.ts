import type { GoBuildFacts, ToolchainFacts } from '../../model/binary.js';
import { readGoBuildInfo } from '../elf/go-buildinfo.js';
import { COMMAND, type LoadCommands, packedVersion } from './load-commands.js';
import { inFile } from './segments.js';
import type { Slice } from './slice.js';

/** Bytes of Go's build information that are looked at. */
const MOST_GO_BYTES = 2 ** 20;
const MOST_TOOLS = 16;

const TOOLS: Readonly<Record<number, string>> = { 1: 'clang', 2: 'swift', 3: 'ld', 4: 'lld', 5: 'zig' };

const MACOS = 'macOS';
/** Systems by the number in LC_BUILD_VERSION. */
const PLATFORMS: Readonly<Record<number, string>> = {
  1: MACOS,
  2: 'iOS',
  3: 'tvOS',
  4: 'watchOS',
  5: 'bridgeOS',
  6: 'Mac Catalyst',
  7: 'the iOS simulator',
  8: 'the tvOS simulator',
  9: 'the watchOS simulator',
  10: 'DriverKit',
  11: 'visionOS',
  12: 'the visionOS simulator',
};
/** Systems by the older commands, of which each stands for one. */
const OLD_PLATFORMS: Readonly<Record<number, string>> = {
  [COMMAND.VERSION_MIN_MACOSX]: MACOS,
  [COMMAND.VERSION_MIN_IPHONEOS]: 'iOS',
  [COMMAND.VERSION_MIN_TVOS]: 'tvOS',
  [COMMAND.VERSION_MIN_WATCHOS]: 'watchOS',
};

/** What a library says about the system that it is for. */
export interface PlatformFacts {
  readonly platform?: string;
  readonly minimumOs?: string;
  readonly sdk?: string;
}

/** The system that a library is for; macOS where it names several. */
export function readPlatform(commands: LoadCommands): PlatformFacts {
  const named = [
    ...commands.of(COMMAND.BUILD_VERSION).map(({ bytes }) => {
      const platform = PLATFORMS[bytes.u32(8)] ?? `platform ${bytes.u32(8)}`;
      return { platform, minimum: bytes.u32(12), sdk: bytes.u32(16) };
    }),
    ...commands.of(...Object.keys(OLD_PLATFORMS).map(Number)).map(({ kind, bytes }) => {
      return { platform: OLD_PLATFORMS[kind] ?? MACOS, minimum: bytes.u32(8), sdk: bytes.u32(12) };
    }),
  ];
  const chosen = named.find((one) => one.platform === MACOS) ?? named[0];
  if (chosen === undefined) return {};
  return {
    platform: chosen.platform,
    minimumOs: packedVersion(chosen.minimum),
    ...(chosen.sdk === 0 ? {} : { sdk: packedVersion(chosen.sdk) }),
  };
}

/** Who made the library, by what linkers and Go left in it. */
export async function readToolchain(slice: Slice, commands: LoadCommands): Promise<ToolchainFacts> {
  const comments = commands.of(COMMAND.BUILD_VERSION).flatMap(({ bytes }) => {
    const count = Math.min(bytes.u32(20), MOST_TOOLS);
    return Array.from({ length: count }, (_, index) => {
      const tool = bytes.u32(24 + index * 8);
      return `${TOOLS[tool] ?? `tool ${tool}`} ${packedVersion(bytes.u32(28 + index * 8))}`;
    });
  });
  const go = await readGo(slice, commands);
  return { comments, ...(go === undefined ? {} : { go }) };
}

async function readGo(slice: Slice, commands: LoadCommands): Promise<GoBuildFacts | undefined> {
  const section = commands.segments
    .flatMap((one) => one.sections)
    .find((one) => one.name === '__go_buildinfo' && inFile(one));
  // Without such a section Go's own tools look at the start of the data.
  const data = commands.segments.find((one) => one.writable && one.fileSize > 0);
  const place = section ?? (data === undefined ? undefined : { offset: data.fileOffset, size: data.fileSize });
  if (place === undefined) return undefined;
  const length = Math.min(place.size, MOST_GO_BYTES);
  return readGoBuildInfo(await slice.piece(place.offset, length, "Go's build information"));
}
