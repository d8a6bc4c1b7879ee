/* Unpacks the tar file that the host hands out for a step. */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include "cpex/cpex.h"

/*
 * Writes the files and folders of an archive (ustar) into a folder. False, and a failure of the call with the code
 * `bad_archive`, for everything that might reach beyond it: absolute names, "..", links, devices.
 */
bool archive_unpack(cpex_call *call, cpex_str archive_id, const char *folder);

/* Whether a relative path stays inside the folder that it begins in: no "..", not absolute, not empty. */
bool is_inside(cpex_str path);

#endif
