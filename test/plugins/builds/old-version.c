/* A plugin for another version of the ABI. */
#define ABI_VERSION 9999
#include "good.h"
