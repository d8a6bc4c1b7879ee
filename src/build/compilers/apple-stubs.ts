import path from 'node:path';
import { sha256Hex } from '../../support/digest.js';
import { userCacheFolder } from '../../support/user-folders.js';
import type { Environment } from '../find-toolchain.js';

/** A library of macOS by what a linker needs to know of it: where it lies there, and the names it exports. */
interface AppleLibrary {
  /** Path below the folder of descriptions. */
  readonly file: string;
  readonly installName: string;
  readonly symbols: readonly string[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const framework = (name: string, symbols: string): AppleLibrary => ({
  file: `Frameworks/${name}.framework/${name}.tbd`,
  installName: `/System/Library/Frameworks/${name}.framework/Versions/A/${name}`,
  symbols: words(symbols),
});

/**
 * What Go's runtime and standard library (net, crypto/x509) link on macOS besides libSystem, which zig
 * describes itself. Every name that a Go since 1.21 imports, as its sources list them.
 */
const LIBRARIES: readonly AppleLibrary[] = [
  {
    file: 'lib/libresolv.tbd',
    installName: '/usr/lib/libresolv.9.dylib',
    symbols: words('res_9_ninit res_9_nsearch res_9_nclose'),
  },
  framework(
    'CoreFoundation',
    `CFArrayAppendValue CFArrayCreateMutable CFArrayGetCount CFArrayGetValueAtIndex CFDataCreate CFDataGetBytePtr
     CFDataGetLength CFDateCreate CFDictionaryGetValueIfPresent CFEqual CFErrorCopyDescription CFErrorGetCode
     CFNumberGetValue CFRelease CFRetain CFStringCreateExternalRepresentation CFStringCreateWithBytes`,
  ),
  framework(
    'Security',
    `SecCertificateCopyData SecCertificateCreateWithData SecPolicyCopyProperties SecPolicyCreateSSL
     SecTrustCopyCertificateChain SecTrustCreateWithCertificates SecTrustEvaluate SecTrustEvaluateWithError
     SecTrustGetCertificateAtIndex SecTrustGetCertificateCount SecTrustGetResult SecTrustSetVerifyDate
     SecTrustSettingsCopyCertificates SecTrustSettingsCopyTrustSettings`,
  ),
];

/**
 * Descriptions of the few libraries of macOS that zig has none of, so that Go and Rust link without Apple's
 * SDK. Their folder is named by their content, so that versions of cpex do not disturb one another.
 */
export function appleStubs(env: Environment): {
  readonly flags: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
} {
  const texts = LIBRARIES.map((library) => ({ file: library.file, text: describe(library) }));
  const tag = sha256Hex(JSON.stringify(texts)).slice(0, 8);
  const folder = path.join(userCacheFolder('cpex', env), 'compilers', `macos-${tag}`);
  return {
    flags: [`-L${path.join(folder, 'lib')}`, `-F${path.join(folder, 'Frameworks')}`],
    files: texts.map(({ file, text }) => ({ path: path.join(folder, file), text })),
  };
}

/** A text-based description, version 4, as Apple's, LLVM's and zig's linkers read it. */
function describe({ installName, symbols }: AppleLibrary): string {
  const names = symbols.map((name) => `_${name}`).join(', ');
  return `--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '${installName}'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ ${names} ]
...
`;
}
