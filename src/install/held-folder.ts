import { closeSync, constants, fstatSync, fsyncSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { CpexError, systemCode } from '../support/errors.js';
import { folderError } from './folder-error.js';

/**
 * A folder that stays the same one while it is worked in, even when somebody moves it or puts a
 * symbolic link in its place. Linux reaches it through its open descriptor; elsewhere its identity
 * is compared before something is made final.
 */
export class HeldFolder {
  private constructor(
    readonly path: string,
    private readonly descriptor: number | undefined,
  ) {}

  /** Opens a folder that is there. Refuses a symbolic link with `CPEX_E_INSTALL_PATH`. */
  static open(folder: string): HeldFolder {
    return HeldFolder.openAt(folder, folder);
  }

  /** Path of a name in this folder, for system calls only. */
  at(name: string): string {
    if (process.platform === 'linux' && this.descriptor !== undefined)
      return `/proc/self/fd/${this.descriptor}/${name}`;
    return path.join(this.path, name);
  }

  /** Opens a folder in this one, and makes it when it is not there. */
  child(name: string): HeldFolder {
    try {
      mkdirSync(this.at(name), { mode: 0o755 });
      this.sync();
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw folderError(error, path.join(this.path, name));
    }
    return HeldFolder.openAt(this.at(name), path.join(this.path, name));
  }

  /** Opens a folder in this one; undefined when it is not there. */
  existingChild(name: string): HeldFolder | undefined {
    try {
      lstatSync(this.at(name));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw folderError(error, path.join(this.path, name));
    }
    return HeldFolder.openAt(this.at(name), path.join(this.path, name));
  }

  /** Throws `CPEX_E_INSTALL_PATH` when another folder or a link lies at the path by now. */
  assertInPlace(): void {
    if (this.descriptor === undefined) return;
    const held = fstatSync(this.descriptor, { bigint: true });
    let now: { dev: bigint; ino: bigint } | undefined;
    try {
      now = lstatSync(this.path, { bigint: true });
    } catch {
      now = undefined;
    }
    if (now?.dev === held.dev && now.ino === held.ino) return;
    throw new CpexError('CPEX_E_INSTALL_PATH', `The folder ${this.path} was exchanged while cpex worked in it.`);
  }

  /** Makes what was renamed or removed in it durable. */
  sync(): void {
    if (this.descriptor !== undefined) fsyncSync(this.descriptor);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }

  private static openAt(file: string, shown: string): HeldFolder {
    try {
      const facts = lstatSync(file);
      if (facts.isSymbolicLink() || !facts.isDirectory()) throw notPlain(shown);
      // Windows opens no folders.
      if (process.platform === 'win32') return new HeldFolder(shown, undefined);
      const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
      return new HeldFolder(shown, openSync(file, flags));
    } catch (error) {
      throw folderError(error, shown);
    }
  }
}

function notPlain(shown: string): CpexError {
  return new CpexError('CPEX_E_INSTALL_PATH', `${shown} is a symbolic link, or no folder.`, {
    remedy: 'Give the real path of a plain folder.',
  });
}
