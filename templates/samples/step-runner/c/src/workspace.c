#if !defined(_WIN32) && !defined(_XOPEN_SOURCE)
#define _XOPEN_SOURCE 700
#endif
#include "workspace.h"

#if !defined(_WIN32)
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders that are open at the same time while a tree is walked. */
#define OPEN_FOLDERS 8

const char *workspace_make(cpex_call *call) {
  const char *base = getenv("TMPDIR");
  if (base == NULL || *base != '/') base = "/tmp";
  char *folder = realpath(base, NULL);
  cpex_str name = cpex_textf(call, "%s/step-XXXXXX", folder == NULL ? base : folder);
  free(folder);
  char *path = cpex_alloc_text(cpex_memory(call), name.len);
  if (path == NULL) return NULL;
  memcpy(path, name.ptr, name.len);
  if (mkdtemp(path) != NULL) return path;
  cpex_fail(call, "workspace_failed", "no temporary folder can be made: %s", strerror(errno));
  return NULL;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where) {
  (void)about, (void)kind, (void)where;
  (void)remove(path);
  return 0;
}

/* A program may have taken away its own rights. */
static int open_up(const char *path, const struct stat *about, int kind, struct FTW *where) {
  (void)about, (void)where;
  if (kind == FTW_D || kind == FTW_DNR) (void)chmod(path, 0700);
  return 0;
}

void workspace_remove(const char *folder) {
  struct stat there;
  for (int attempt = 0; attempt < 8 && lstat(folder, &there) == 0; attempt++) {
    if (attempt > 0) nftw(folder, open_up, OPEN_FOLDERS, FTW_PHYS);
    nftw(folder, remove_one, OPEN_FOLDERS, FTW_PHYS | FTW_DEPTH);
  }
}

/* The real path of something, when it is inside the workspace; the caller frees it. */
static char *inside(cpex_call *call, const char *folder, cpex_str path) {
  char *real = realpath(cpex_textf(call, "%s/%s", folder, path.ptr).ptr, NULL);
  size_t length = strlen(folder);
  if (real != NULL && strncmp(real, folder, length) == 0 && (real[length] == '/' || real[length] == '\0')) return real;
  free(real);
  return NULL;
}

bool workspace_has_folder(cpex_call *call, const char *folder, cpex_str path) {
  struct stat there;
  char *real = inside(call, folder, path);
  bool found = real != NULL && stat(real, &there) == 0 && S_ISDIR(there.st_mode);
  free(real);
  return found;
}

bool workspace_file_size(cpex_call *call, const char *folder, cpex_str path, uint64_t *size) {
  struct stat there;
  char *real = inside(call, folder, path);
  bool found = real != NULL && stat(real, &there) == 0 && S_ISREG(there.st_mode);
  free(real);
  if (found) *size = (uint64_t)there.st_size;
  return found;
}
#endif
