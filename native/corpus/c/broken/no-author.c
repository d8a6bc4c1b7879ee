/* Does not say who wrote it. */
#define METADATA "{\"id\":\"plugin\",\"name\":\"Plugin\",\"version\":\"1.0.0\"}"
#include "../good.h"
