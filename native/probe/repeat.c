/* Sample calls, many times. */
#include "state.h"

int make_call(const sample *one) {
  abi_buffer slot = {NULL, 0};
  int code = watched_call(one->method, one->body, one->length, &slot);
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
  return code;
}

double call_often(const sample *one, double count, double budget) {
  double end = clock_ns() + budget;
  double made = 0;
  while (made < count) {
    make_call(one);
    made++;
    if (clock_ns() > end) break;
  }
  return made;
}
