import type { CodeEntry } from './entry.js';

export const packageCodes = {
  CPEX_E_PACKAGE_TARGET: {
    kind: 'user',
    exit: 2,
    title: 'A target has no place in the releases of this host',
    text: 'A host looks for archives by names of its own. cliproxy names the system and the processor and nothing else, so a library for musl would be given to hosts that run on glibc and cannot load it. Such a library can be handed on by itself, or as a package for the cpex host.',
  },
  CPEX_E_PACKAGE_NOT_BUILT: {
    kind: 'user',
    exit: 2,
    title: 'There is no build to package',
    text: '`cpex package` takes release builds: that of this machine is made when it is stale, those for other targets are taken from dist/<target>/, where another machine may have put them, and made when they are not there. With --no-build nothing is made, so everything must lie there.',
  },
  CPEX_E_PACKAGE_STALE: {
    kind: 'user',
    exit: 1,
    title: 'A build does not belong to this project as it is',
    text: 'The record build.json beside a build names another id, version or host than cpex.yaml, or another file than the one beside it. Handing it on would give one release two versions. Build it again with `cpex build --target`, or on its own machine, and bring the whole folder dist/<target>/.',
  },
  CPEX_E_PACKAGE_AUDIT: {
    kind: 'child',
    exit: 1,
    title: 'A library or program that was to be packaged did not pass the audit',
    text: 'Every file is read before it is packed: it must be what its host takes, a shared library or a program for its target, export the entry function of a host that loads it, and be free of what makes it unsafe to load or start. Nothing was written. `cpex check FILE` shows all findings with their remedies.',
  },
  CPEX_E_PACKAGE_TRIAL: {
    kind: 'child',
    exit: 1,
    title: 'A plugin that was to be packaged failed its trial start',
    text: "The library or program for this machine is started once in a child process, with no network and the configuration of the project's tests: it must start, initialise, register and shut down within its time limits. Nothing was written. `cpex test` shows more.",
  },
  CPEX_E_PACKAGE_IDENTITY: {
    kind: 'user',
    exit: 1,
    title: 'The plugin and its release would have two names or versions',
    text: 'Names of archives, registries and hosts go by the id and the version of cpex.yaml, and users see what the plugin says when it registers. The two must agree, and the id must be one that the host reads as it stands. The SDKs take both from the file that cpex build writes from cpex.yaml.',
  },
} as const satisfies Record<string, CodeEntry>;
