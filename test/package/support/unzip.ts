import yauzl from 'yauzl';

export interface UnzippedFile {
  readonly name: string;
  /** Type and permission bits. */
  readonly mode: number;
  /** Date and time words as they stand in the archive. */
  readonly dosTime: readonly [number, number];
  readonly bytes: Buffer;
}

/** Everything in an archive, read by a library that did not write it. */
export async function unzip(archive: Buffer): Promise<UnzippedFile[]> {
  const zip = await new Promise<yauzl.ZipFile>((done, fail) =>
    yauzl.fromBuffer(archive, { lazyEntries: true }, (error, opened) => (error === null ? done(opened) : fail(error))),
  );
  const files: UnzippedFile[] = [];
  zip.readEntry();
  await new Promise<void>((done, fail) => {
    zip.once('end', done).once('error', fail);
    zip.on('entry', (entry: yauzl.Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error !== null) return fail(error);
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece)).once('error', fail);
        stream.once('end', () => {
          files.push({
            name: entry.fileName,
            mode: entry.externalFileAttributes >>> 16,
            dosTime: [entry.lastModFileDate, entry.lastModFileTime],
            bytes: Buffer.concat(pieces),
          });
          zip.readEntry();
        });
      });
    });
  });
  return files;
}
