package main

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"sample-plugin/internal/cpex"
)

// pieceSize is how much of the archive is asked for at once.
const pieceSize = 64 << 10

// unpack writes the files and folders of a tar file (ustar) into a folder. It
// refuses what might reach beyond it.
func unpack(archive io.Reader, folder string) error {
	reader := tar.NewReader(bufio.NewReaderSize(archive, pieceSize))
	for {
		header, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return badArchive(err)
		}
		if err := unpackEntry(reader, header, folder); err != nil {
			return err
		}
	}
}

func unpackEntry(reader io.Reader, header *tar.Header, folder string) error {
	if header.Format != tar.FormatUSTAR {
		return cpex.Errorf("bad_archive", "the archive is not in the format ustar")
	}
	for _, part := range strings.Split(header.Name, "/") {
		if part == ".." {
			return cpex.Errorf("bad_archive", "an entry of the archive lies above the workspace")
		}
	}
	name := strings.TrimRight(header.Name, "/")
	if !filepath.IsLocal(name) {
		return cpex.Errorf("bad_archive", "an entry of the archive has no name inside the workspace")
	}
	path := filepath.Join(folder, filepath.FromSlash(name))
	switch header.Typeflag {
	case tar.TypeDir:
		return badName(os.MkdirAll(path, 0o755))
	case tar.TypeReg:
		if err := badName(os.MkdirAll(filepath.Dir(path), 0o755)); err != nil {
			return err
		}
		return writeFile(reader, path, header.FileInfo().Mode())
	}
	return cpex.Errorf("bad_archive", "an entry of the archive is neither a file nor a folder")
}

// writeFile writes an entry. Of its rights, only that to execute it is kept.
func writeFile(content io.Reader, path string, mode os.FileMode) (err error) {
	rights := os.FileMode(0o644)
	if mode&0o111 != 0 {
		rights = 0o755
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, rights)
	if err != nil {
		return badName(err)
	}
	defer func() {
		if failed := file.Close(); err == nil {
			err = failed
		}
	}()
	_, err = io.Copy(file, readOnly{content})
	return err
}

// readOnly marks the errors of the archive, to tell them from those of the disk.
type readOnly struct{ io.Reader }

func (r readOnly) Read(into []byte) (int, error) {
	n, err := r.Reader.Read(into)
	if err != nil && !errors.Is(err, io.EOF) {
		err = badArchive(err)
	}
	return n, err
}

// badArchive is what is wrong with an archive, unless it is the host that could
// not be asked.
func badArchive(err error) error {
	var refused *cpex.Error
	if errors.As(err, &refused) || errors.Is(err, cpex.ErrShutdown) {
		return err
	}
	return cpex.Errorf("bad_archive", "the archive cannot be read: %s", err)
}

// badName is for entries that are files and folders at the same time, or have
// names that no file may have. Other troubles of the disk stay what they are.
func badName(err error) error {
	if isBadName(err) {
		return cpex.Errorf("bad_archive", "an entry of the archive cannot be written under its name")
	}
	return err
}
