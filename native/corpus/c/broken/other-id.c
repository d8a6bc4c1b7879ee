/* Registers under an id that is not its file's name. */
#define METADATA "{\"id\":\"another\",\"name\":\"Plugin\",\"version\":\"1.0.0\",\"author\":\"Tests\"}"
#include "../good.h"
