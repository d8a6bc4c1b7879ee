/* Good as it is; its file is named after another version. */
#include "cliproxy/good.h"
