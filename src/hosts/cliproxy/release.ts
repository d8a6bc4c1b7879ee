import type { ReleaseRules } from '../../model/profile.js';
import type { Target } from '../../model/target.js';

/** `<id>_<version>_<goos>_<goarch>.zip` with the library alone: the names that the host's installer asks for. */
export const cliproxyRelease: ReleaseRules = {
  archives: (id, version, target) => {
    if (target.libc === 'musl') {
      return 'this host names archives by system and processor only, so its glibc builds would take a musl library too, and cannot load it';
    }
    return platforms(target).map(({ os, arch }) => ({
      name: `${id}_${version}_${os}_${arch}.zip`,
      goos: os,
      goarch: arch,
    }));
  },
  withRecord: false,
  registries: true,
  identity: 'file',
  tolerant: true,
};

/** Go has no word for a library of both processors; the host asks for one of the two. */
function platforms({ go, os }: Target): readonly { readonly os: string; readonly arch: string }[] {
  return go === undefined ? ['amd64', 'arm64'].map((arch) => ({ os, arch })) : [go];
}
