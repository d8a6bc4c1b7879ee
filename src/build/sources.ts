import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { sha256Hex } from '../support/digest.js';
import type { Stamp } from './build-model.js';
import { TOOL_LOCK } from './tool-lock/file.js';

/** Path relative to the project, with forward slashes → SHA-256 of the content. */
export type SourceHashes = ReadonlyMap<string, string>;

/** Folders at the top of a project that hold what tools wrote. Further down these are names like any other. */
const GENERATED = new Set(['dist', 'target']);

/** What marks a folder that a tool wrote, wherever it lies: caches, cargo's among them, and cmake's build folders. */
const MARKS = new Set(['CACHEDIR.TAG', 'CMakeCache.txt']);

/** Whether the files in a folder below a project's top show that a tool wrote it. */
export function hasToolMark(names: readonly string[]): boolean {
  return names.some((name) => MARKS.has(name));
}

/** Whether a folder is one that tools write, by its name and its parent's path; the top's path is empty. */
export function isToolFolder(name: string, parent: string): boolean {
  return name === 'node_modules' || (parent === '' && GENERATED.has(name));
}

/** Hidden folders that decide about a build. */
const HIDDEN_SOURCES = new Set(['.cargo']);

/** Hashes of every source file of a project, sorted by path. Links, special files and the lock file of tools are left out. */
export function hashSources(root: string): SourceHashes {
  const hashes = new Map<string, string>();
  collect(root, '', hashes);
  return sorted(hashes);
}

/** One digest over a list of sources. */
export function listDigest(sources: SourceHashes): string {
  const hash = createHash('sha256');
  for (const [file, content] of sources) hash.update(`${content}  ${file}\n`);
  return hash.digest('hex');
}

/** Files that a tool itself keeps: cargo completes its lock file. */
const TOOL_FILES = new Set(['Cargo.lock', 'go.mod', 'go.sum']);

/** The hashes with the files of {@link TOOL_FILES} read again: those known, and new ones at the root. */
export function withToolFiles(root: string, sources: SourceHashes): SourceHashes {
  const fresh = new Map(sources);
  const known = [...sources.keys()].filter((file) => TOOL_FILES.has(path.posix.basename(file)));
  for (const file of new Set([...known, ...TOOL_FILES])) {
    const content = read(path.join(root, file));
    if (content !== undefined) fresh.set(file, digest(content));
  }
  return sorted(fresh);
}

/**
 * Gives today's date to files whose content changed although their date did not pass the last
 * build: a stash, an archive or a cache brought them back. ninja, make and cargo go by dates alone and would
 * keep the stale library.
 * @returns the files that were touched
 */
export function touchBackdated(root: string, sources: SourceHashes, stamp: Stamp): string[] {
  const now = new Date();
  const touched: string[] = [];
  for (const [file, content] of sources) {
    if (stamp.sources[file] === content) continue;
    const absolute = path.join(root, file);
    if (lstatSync(absolute).mtimeMs > stamp.finishedAt) continue;
    utimesSync(absolute, now, now);
    touched.push(file);
  }
  return touched;
}

/** Gives today's date to the sources with an ending, so that a tool that goes by dates takes nothing for fresh. */
export function touchSources(root: string, sources: SourceHashes, ending: string): void {
  const now = new Date();
  for (const file of sources.keys()) if (file.endsWith(ending)) utimesSync(path.join(root, file), now, now);
}

function collect(root: string, folder: string, hashes: Map<string, string>): void {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  if (folder !== '' && hasToolMark(entries.map(({ name }) => name))) return;
  for (const entry of entries) {
    const relative = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (isSourceFolder(entry.name, folder)) collect(root, relative, hashes);
    } else if (entry.isFile() && relative !== TOOL_LOCK) {
      const content = read(path.join(root, relative));
      if (content !== undefined) hashes.set(relative, digest(content));
    }
  }
}

function sorted(hashes: SourceHashes): SourceHashes {
  return new Map([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function digest(content: Uint8Array): string {
  return sha256Hex(content);
}

function isSourceFolder(name: string, parent: string): boolean {
  if (name.startsWith('.')) return HIDDEN_SOURCES.has(name);
  return !isToolFolder(name, parent);
}

/** A file that vanished or may not be read is the tool's business: it knows whether it needs it. */
function read(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
