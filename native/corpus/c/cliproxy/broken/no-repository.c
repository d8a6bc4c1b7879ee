/* Says of no repository where its sources are. */
#define METADATA "{\"Name\":\"plugin\",\"Version\":\"1.0.0\",\"Author\":\"Tests\",\"GitHubRepository\":\" \"}"
#include "cliproxy/good.h"
