import { FileSource } from '../../audit/file-source.js';
import type { AuditReport } from '../../model/binary.js';
import { type Area, type FileMap, mapFile } from './areas.js';
import type { Difference, DifferenceCause } from './model.js';

/** One of the two libraries, with what only its build knew. */
export interface BuiltOnce {
  readonly file: string;
  readonly report: AuditReport;
  /** Absolute folders that only this build used. */
  readonly folders: readonly string[];
  /** When it began and ended, in milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
}

/** Sections that hold a digest of the rest, or follow from it. */
const FOLLOWS: readonly (readonly [RegExp, DifferenceCause])[] = [
  [/^\.note\..*build-?id$|^\.gnu_debuglink$/, 'build-id'],
  [/(?:^| )code signature$/, 'signature'],
];

/** Causes that are the consequence of another difference, to be shown last. */
const CONSEQUENCES: ReadonlySet<DifferenceCause> = new Set(['build-id', 'signature', 'checksum']);

/** Bytes of text to show around a difference. */
const EXCERPT = 60;
/** Bytes around a difference in which a folder or a time is looked for. */
const AROUND = 4096;

interface Opened {
  readonly bytes: Buffer;
  readonly map: FileMap;
  readonly build: BuiltOnce;
}

/**
 * The parts in which two libraries differ, with a likely cause; what follows from other differences
 * comes last.
 */
export async function compareLibraries(first: BuiltOnce, second: BuiltOnce): Promise<readonly Difference[]> {
  const [a, b] = [await openLibrary(first), await openLibrary(second)];
  const found: Difference[] = [];
  const others = new Map(b.map.areas.map((area) => [area.name, area]));
  for (const area of a.map.areas) {
    const other = others.get(area.name);
    others.delete(area.name);
    found.push(...difference(a, area, b, other ?? { ...area, size: 0 }));
  }
  for (const area of others.values()) found.push(...difference(a, { ...area, size: 0 }, b, area));
  if (sameLayout(a, b)) found.push(...outside(a, b));
  // A file without sections, or one whose headers alone differ.
  if (found.length === 0) found.push(...difference(a, whole(a, 'file'), b, whole(b, 'file')));
  return found.sort((one, two) => Number(CONSEQUENCES.has(one.cause)) - Number(CONSEQUENCES.has(two.cause)));
}

async function openLibrary(build: BuiltOnce): Promise<Opened> {
  const source = await FileSource.open(build.file);
  try {
    return { bytes: await source.read(0, source.size), map: await mapFile(source, build.report.facts), build };
  } finally {
    await source.close();
  }
}

function whole({ bytes }: Opened, name: string): Area {
  return { name, offset: 0, size: bytes.length };
}

function sameLayout(a: Opened, b: Opened): boolean {
  return a.bytes.length === b.bytes.length && JSON.stringify(a.map.areas) === JSON.stringify(b.map.areas);
}

/** What differs before, between and behind the sections. */
function outside(a: Opened, b: Opened): Difference[] {
  const ordered = [...a.map.areas].sort((one, two) => one.offset - two.offset);
  const gaps: Area[] = [];
  let end = 0;
  for (const area of ordered) {
    if (area.offset > end)
      gaps.push({ name: end === 0 ? 'headers' : 'between sections', offset: end, size: area.offset - end });
    end = Math.max(end, area.offset + area.size);
  }
  if (end < a.bytes.length) gaps.push({ name: end === 0 ? 'file' : 'end', offset: end, size: a.bytes.length - end });
  return gaps.flatMap((gap) => difference(a, gap, b, gap));
}

function difference(a: Opened, one: Area, b: Opened, two: Area): Difference[] {
  const left = a.bytes.subarray(one.offset, one.offset + one.size);
  const right = b.bytes.subarray(two.offset, two.offset + two.size);
  if (left.equals(right)) return [];
  const offset = firstDifference(left, right);
  const symbol = one.address === undefined ? undefined : a.map.symbolAt(one.address + offset);
  const text = excerpts(left, right, offset);
  return [
    {
      section: one.name,
      offset,
      ...(symbol === undefined ? {} : { symbol }),
      ...(left.length === right.length ? { bytes: countDifferences(left, right) } : {}),
      sizes: [left.length, right.length],
      cause: causeOf({ section: one.name, at: one.offset + offset, left, right, offset, text }, a, b),
      ...(text === undefined ? {} : { text }),
    },
  ];
}

function firstDifference(left: Buffer, right: Buffer): number {
  const end = Math.min(left.length, right.length);
  for (let at = 0; at < end; at++) if (left[at] !== right[at]) return at;
  return end;
}

function countDifferences(left: Buffer, right: Buffer): number {
  let count = 0;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) count++;
  return count;
}

interface Place {
  readonly section: string;
  /** In the file. */
  readonly at: number;
  readonly left: Buffer;
  readonly right: Buffer;
  /** In the two sections. */
  readonly offset: number;
  readonly text: readonly [string, string] | undefined;
}

function causeOf(place: Place, a: Opened, b: Opened): DifferenceCause {
  const follows = FOLLOWS.find(([pattern]) => pattern.test(place.section));
  if (follows !== undefined) return follows[1];
  const field = a.map.fields.find((one) => place.at >= one.offset && place.at < one.offset + one.size);
  if (field !== undefined) return field.kind;
  if (holdsFolder(place.left, place.offset, a.build) || holdsFolder(place.right, place.offset, b.build)) return 'path';
  const [one, two] = place.text ?? ['', ''];
  if (
    (isTime(one, a.build) && isTime(two, b.build)) ||
    (holdsClock(place.left, place.offset, a.build) && holdsClock(place.right, place.offset, b.build))
  ) {
    return 'timestamp';
  }
  return 'unknown';
}

function holdsFolder(section: Buffer, offset: number, { folders }: BuiltOnce): boolean {
  const near = section.subarray(Math.max(0, offset - AROUND), offset + AROUND);
  return folders.some((folder) => near.includes(folder));
}

/** A text that reads like a time of day, a date, or seconds since 1970 during the build. */
function isTime(text: string, build: BuiltOnce): boolean {
  if (
    /\b\d{1,2}:\d{2}(?::\d{2})?\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +\d|\b20\d\d-\d\d-\d\d/.test(
      text,
    )
  )
    return true;
  return (text.match(/\d{10,19}/g) ?? []).some((digits) => isDuring(Number(digits.slice(0, 10)), build));
}

/** A number of four or eight bytes that is a moment during the build. */
function holdsClock(section: Buffer, offset: number, build: BuiltOnce): boolean {
  // The lowest byte is the one that changes, and stands first in the files of all targets.
  return offset + 4 <= section.length && isDuring(section.readUInt32LE(offset), build);
}

function isDuring(seconds: number, { began, ended }: BuiltOnce): boolean {
  return seconds >= Math.floor(began / 1000) - 1 && seconds <= Math.ceil(ended / 1000) + 1;
}

/** The text around an offset in both, where there is any in both. */
function excerpts(left: Buffer, right: Buffer, offset: number): [string, string] | undefined {
  const one = textAround(left, offset);
  const two = textAround(right, offset);
  return one === undefined || two === undefined ? undefined : [one, two];
}

function textAround(section: Buffer, offset: number): string | undefined {
  const printable = (at: number) => (section[at] ?? 0) >= 0x20 && (section[at] ?? 0) < 0x7f;
  let start = offset;
  let end = offset;
  while (start > 0 && offset - start < EXCERPT / 2 && printable(start - 1)) start--;
  while (end < section.length && end - start < EXCERPT && printable(end)) end++;
  return end - start >= 4 ? section.toString('latin1', start, end) : undefined;
}
