import type { CodeEntry } from './entry.js';

export const installCodes = {
  CPEX_E_INSTALL_SOURCE: {
    kind: 'user',
    exit: 2,
    title: 'There is nothing to install there',
    text: 'cpex install takes a built library, a dist folder with one for this machine, or, without an argument, the project that one stands in, which it builds first when it is stale. Only files on this machine are taken.',
  },
  CPEX_E_INSTALL_AUDIT: {
    kind: 'child',
    exit: 5,
    title: 'The library did not pass the audit',
    text: 'Before anything of a library is run, its file is read: it must be a shared library for this machine, not need a newer C library than this system has, export the entry function of its host, and be free of what makes a library unsafe to load. It was not loaded and nothing was placed. `cpex check FILE` shows all findings with their remedies.',
  },
  CPEX_E_INSTALL_DIGEST: {
    kind: 'user',
    exit: 5,
    title: 'A file is not the one that its record describes',
    text: 'The SHA-256 of a file differs from the one that was written down when it was built or kept: build.json in a dist folder, or the record of installed plugins for versions that were kept. Somebody changed the file, or a copy was cut short. Nothing was loaded or placed. Build again, or get the file from its source again.',
  },
  CPEX_E_INSTALL_CHECKSUMS: {
    kind: 'user',
    exit: 5,
    title: 'A list of checksums cannot be used',
    text: 'Releases carry a file checksums.txt with one line for each archive: its SHA-256, two spaces and its name, as sha256sum writes it. A list of another form, one that names a file with two digests, or one that does not name the archive vouches for nothing, so nothing is installed.',
  },
  CPEX_E_INSTALL_TRIAL: {
    kind: 'child',
    exit: 5,
    title: 'The plugin failed its trial start',
    text: 'After the audit the library is started once in a child process, with no network and an empty configuration: it must load, initialise, register and shut down within its time limits. A plugin that fails here would fail in, or take down, its host, so it is refused; the message says what happened, and `cpex run plugin.register --plugin FILE` shows it in full.',
  },
  CPEX_E_INSTALL_ID: {
    kind: 'user',
    exit: 5,
    title: 'The plugin cannot be installed under its id',
    text: 'A plugin names its id when it registers, and hosts find it by a file of that name. The id is refused when hosts would misread it, when it differs from what build.json says about the same file, and when another plugin is installed whose id differs only in upper and lower case.',
  },
  CPEX_E_INSTALL_DOWNGRADE: {
    kind: 'user',
    exit: 5,
    title: 'A newer version is installed',
    text: 'An older version brings back the faults that the newer one mended, so it is not installed by accident. `--allow-downgrade` installs it; `cpex rollback ID` returns to the version that was installed before.',
  },
  CPEX_E_INSTALL_PATH: {
    kind: 'user',
    exit: 5,
    title: 'The plugins folder is not safe to write to',
    text: 'The plugins folder, the folders that cpex keeps in it and the file itself must be plain folders and files: through a symbolic link, or when a folder is exchanged while cpex works, a library could end up where somebody else wants it. Give the real path with --to.',
  },
  CPEX_E_INSTALL_FOREIGN: {
    kind: 'user',
    exit: 5,
    title: 'There is a file that cpex did not put there',
    text: 'The file at the place of the plugin is not in the record of installed plugins, or was changed since. cpex neither overwrites nor removes what it did not place. Move the file away, or use --force: install then keeps the file as a previous version; uninstall removes it.',
  },
  CPEX_E_INSTALL_FOLDER: {
    kind: 'environment',
    exit: 3,
    title: 'The plugins folder cannot be used',
    text: 'The folder cannot be created, read or written by this user. Choose another with --to or CPEX_PLUGINS_DIR, or change its permissions. What was installed before is untouched.',
  },
  CPEX_E_INSTALL_NO_SPACE: {
    kind: 'environment',
    exit: 3,
    title: 'The disk is full',
    text: 'There is no room, or no quota left, for the new file beside the old one. What was installed before is untouched and the temporary file is gone. Free some space and run the command again.',
  },
  CPEX_E_INSTALL_BUSY: {
    kind: 'environment',
    exit: 3,
    title: 'Another cpex works in this plugins folder',
    text: 'One install, uninstall or rollback at a time changes a plugins folder. This one waited for its turn until its time was up. A lock of a process that is gone is passed over by itself.',
  },
  CPEX_E_INSTALL_IN_USE: {
    kind: 'environment',
    exit: 3,
    title: 'The installed library is in use',
    text: 'Windows does not replace a library that a program has loaded. Close the host and run the command again. On other systems a loaded library can be replaced: the host keeps the old one until it starts again.',
  },
  CPEX_E_INSTALL_RECORD: {
    kind: 'environment',
    exit: 3,
    title: 'The record of installed plugins cannot be read',
    text: 'The file .cpex/installed.json in the plugins folder says what is installed. It is damaged, was written by a newer version of cpex, or names something that cpex would not write. Nothing was changed. Use the newer cpex, or move the file away and install the plugins again with --force.',
  },
  CPEX_E_INSTALL_UNKNOWN: {
    kind: 'user',
    exit: 2,
    title: 'No such plugin is installed',
    text: '`cpex list` shows the plugins of a folder. Another folder is chosen with --dir, --project or CPEX_PLUGINS_DIR.',
  },
  CPEX_E_INSTALL_NO_PREVIOUS: {
    kind: 'user',
    exit: 2,
    title: 'There is no previous version to go back to',
    text: 'Up to three versions that were replaced are kept for each plugin. None is kept when a plugin was installed only once, or when it was uninstalled in between.',
  },
} as const satisfies Record<string, CodeEntry>;
