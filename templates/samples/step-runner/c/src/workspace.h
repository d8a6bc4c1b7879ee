/* A temporary folder that is there for one step. */
#ifndef WORKSPACE_H
#define WORKSPACE_H

#include "cpex/cpex.h"

/* Makes an empty folder and tells its real path. NULL, and a failure of the call, when it cannot. */
const char *workspace_make(cpex_call *call);

/* Removes a folder with everything in it. */
void workspace_remove(const char *folder);

/* Whether there is a folder at a path inside the workspace. */
bool workspace_has_folder(cpex_call *call, const char *folder, cpex_str path);

/* The size of a file inside the workspace. False when there is none; a link counts as what it leads to. */
bool workspace_file_size(cpex_call *call, const char *folder, cpex_str path, uint64_t *size);

#endif
