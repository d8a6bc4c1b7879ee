/* Has a version that is none. */
#define METADATA "{\"id\":\"plugin\",\"name\":\"Plugin\",\"version\":\"latest\",\"author\":\"Tests\"}"
#include "../good.h"
