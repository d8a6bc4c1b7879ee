#if !defined(_WIN32) && !defined(_XOPEN_SOURCE)
#define _XOPEN_SOURCE 700
#endif
#include "archive.h"

#include <stdio.h>

bool is_inside(cpex_str path) {
  if (path.len == 0 || path.ptr[0] == '/' || strlen(path.ptr) != path.len) return false;
  for (const char *part = path.ptr; part != NULL; part = strchr(part, '/')) {
    while (*part == '/') part++;
    if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return false;
  }
  return true;
}

#if !defined(_WIN32)
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 10)
#define BLOCK ((size_t)512)

/* An archive that is read from its beginning to its end, a piece at a time. */
typedef struct source {
  cpex_call *call;
  cpex_str id;
  uint64_t offset;
  uint8_t *piece;
  size_t at;
  size_t end;
} source;

/* The fields of a header that matter, by their place in its block. */
typedef struct entry {
  char path[257];
  uint64_t size;
  bool is_folder;
  bool is_executable;
} entry;

static bool fail(cpex_call *call, const char *what) {
  cpex_fail(call, "bad_archive", "%s", what);
  return false;
}

static bool fail_system(cpex_call *call) {
  /* Of the name rather than of the disk: an entry is a file and a folder at the same time, or has an odd name. */
  if (errno == ENOTDIR || errno == EISDIR || errno == EEXIST || errno == ENAMETOOLONG || errno == EINVAL) {
    return fail(call, "an entry cannot be written under its name");
  }
  cpex_fail(call, "unpack_failed", "an entry cannot be written: %s", strerror(errno));
  return false;
}

/* The next bytes, at most `wanted`; `count` is 0 at the end of the archive. */
static bool next_bytes(source *from, size_t wanted, const uint8_t **bytes, size_t *count) {
  if (from->at == from->end) {
    from->at = 0;
    if (!cpex_archive_read(from->call, from->id, from->offset, from->piece, PIECE, &from->end)) {
      from->end = 0;
      cpex_fail(from->call, "archive_failed", "the archive cannot be read: %s",
                cpex_host_error_message(from->call).ptr);
      return false;
    }
    from->offset += from->end;
  }
  *count = from->end - from->at < wanted ? from->end - from->at : wanted;
  *bytes = from->piece + from->at;
  from->at += *count;
  return true;
}

/* A whole block. `is_end` is set where the archive ends instead. */
static bool read_block(source *from, uint8_t *block, bool *is_end) {
  size_t filled = 0;
  while (filled < BLOCK) {
    const uint8_t *bytes;
    size_t count;
    if (!next_bytes(from, BLOCK - filled, &bytes, &count)) return false;
    *is_end = count == 0 && filled == 0;
    if (*is_end) return true;
    if (count == 0) return fail(from->call, "the archive is cut off");
    memcpy(block + filled, bytes, count);
    filled += count;
  }
  return true;
}

/* A number in octal digits, with a space or NUL behind it. */
static bool read_octal(const uint8_t *field, size_t size, uint64_t *number) {
  size_t i = 0;
  *number = 0;
  while (i < size && field[i] == ' ') i++;
  for (; i < size && field[i] >= '0' && field[i] <= '7'; i++) *number = *number << 3 | (uint64_t)(field[i] - '0');
  return i > 0 && (i == size || field[i] == ' ' || field[i] == '\0');
}

static bool is_sound(const uint8_t *block) {
  uint64_t expected;
  uint64_t sum = 0;
  for (size_t i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : block[i];
  return memcmp(block + 257, "ustar", 6) == 0 && read_octal(block + 148, 8, &expected) && sum == expected;
}

static bool read_header(cpex_call *call, const uint8_t *block, entry *one) {
  uint64_t mode;
  char type = (char)block[156];
  if (!is_sound(block)) return fail(call, "this is no archive in the format ustar");
  if (!read_octal(block + 124, 12, &one->size) || !read_octal(block + 100, 8, &mode)) {
    return fail(call, "a header has a number that is none");
  }
  if (type != '0' && type != '\0' && type != '5') return fail(call, "an entry is neither a file nor a folder");
  one->is_folder = type == '5';
  one->is_executable = (mode & 0111) != 0;
  if (one->is_folder) one->size = 0;
  int written = snprintf(one->path, sizeof one->path, "%.155s%s%.100s", (const char *)block + 345,
                         block[345] == '\0' ? "" : "/", (const char *)block);
  size_t length = (size_t)written;
  while (length > 1 && one->path[length - 1] == '/') one->path[--length] = '\0';
  return is_inside(cpex_text(one->path)) || fail(call, "an entry has no name inside the workspace");
}

/* Makes the folders that a path leads through; `whole` the last one, too. */
static bool make_folders(cpex_call *call, char *path, size_t start, bool whole) {
  for (char *slash = strchr(path + start, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    int status = mkdir(path, 0755);
    int reason = errno;
    *slash = '/';
    errno = reason;
    if (status != 0 && reason != EEXIST) return fail_system(call);
  }
  struct stat there;
  if (!whole || mkdir(path, 0755) == 0) return true;
  if (errno == EEXIST && stat(path, &there) == 0 && S_ISDIR(there.st_mode)) return true;
  return fail_system(call);
}

/* Copies the content of an entry, with the filling of its last block. */
static bool copy_content(source *from, uint64_t size, int file) {
  uint64_t left = (size + BLOCK - 1) / BLOCK * BLOCK;
  while (left > 0) {
    const uint8_t *bytes;
    size_t count;
    if (!next_bytes(from, left < PIECE ? (size_t)left : PIECE, &bytes, &count)) return false;
    if (count == 0) return fail(from->call, "the archive is cut off");
    left -= count;
    size_t useful = count < size ? count : (size_t)size;
    size -= useful;
    while (useful > 0) {
      ssize_t written = write(file, bytes, useful);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail_system(from->call);
      bytes += written;
      useful -= (size_t)written;
    }
  }
  return true;
}

static bool unpack_entry(source *from, const entry *one, const char *folder) {
  cpex_mark mark = cpex_arena_mark(cpex_memory(from->call));
  size_t start = strlen(folder) + 1;
  char *path = cpex_alloc_text(cpex_memory(from->call), start + strlen(one->path));
  if (path == NULL) return false;
  snprintf(path, start + strlen(one->path) + 1, "%s/%s", folder, one->path);
  bool done = make_folders(from->call, path, start, one->is_folder);
  if (done && !one->is_folder) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, one->is_executable ? 0755 : 0644);
    done = file >= 0 ? copy_content(from, one->size, file) : fail_system(from->call);
    if (file >= 0 && close(file) != 0 && done) done = fail_system(from->call);
  }
  if (done) cpex_arena_rewind(cpex_memory(from->call), mark);
  return done;
}

static bool unpack_all(source *from, const char *folder) {
  static const uint8_t zeros[BLOCK];
  uint8_t block[BLOCK];
  entry one;
  for (;;) {
    bool is_end = false;
    if (!read_block(from, block, &is_end)) return false;
    if (is_end || memcmp(block, zeros, BLOCK) == 0) return true;
    if (!read_header(from->call, block, &one) || !unpack_entry(from, &one, folder)) return false;
  }
}

bool archive_unpack(cpex_call *call, cpex_str archive_id, const char *folder) {
  source from = {.call = call, .id = archive_id, .piece = malloc(PIECE)};
  if (from.piece == NULL) {
    cpex_fail(call, "no_memory", "there is not enough memory");
    return false;
  }
  bool done = unpack_all(&from, folder);
  free(from.piece);
  return done;
}
#endif
