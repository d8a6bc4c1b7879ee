/* Takes over the locale of the user for the whole process. */
#include <locale.h>
#define ON_INIT() setlocale(LC_ALL, "")
#include "good.h"
