/* Sample calls, many times. */
#include "state.h"

int make_call(const sample *one) {
  abi_buffer slot = {NULL, 0};
  int code = watched_call(one->method, one->body, one->length, &slot);
  if (slot.ptr != NULL) watched_free(slot.ptr, slot.len);
  return code;
}

enum { MANY_THREADS = 64, CALLS_BETWEEN = 32, LOOKS = 100 };

/* Waits while there are more threads than at first, and `more`, as long as they become fewer. */
static void await_threads(size_t more, double end) {
  static size_t usual;
  if (usual == 0) usual = threads_alive();
  size_t now = threads_alive(), least = now;
  int look = 0;
  for (; look < LOOKS && now > usual + more && clock_ns() < end; look++) {
    sleep_ms(1);
    now = threads_alive();
    if (now < least) least = now, look = 0;
  }
  /* A runtime may keep its threads for ever. */
  if (look == LOOKS) usual = now;
}

void let_threads_end(double made, double end) {
  if ((size_t)made % CALLS_BETWEEN == 0) await_threads(MANY_THREADS, end);
}

double call_often(const sample *one, double count, double budget) {
  double end = clock_ns() + budget;
  double made = 0;
  while (made < count) {
    let_threads_end(made, end);
    make_call(one);
    made++;
    if (clock_ns() > end) break;
  }
  await_threads(0, end + budget);
  return made;
}
