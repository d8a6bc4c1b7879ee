/* Fields in a block of fixed size. */
#include "crash.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint8_t *put(uint8_t *at, int bytes, const void *value, size_t length) {
  for (int i = 0; i < bytes; i++) *at++ = (uint8_t)(length >> (8 * i));
  memcpy(at, value, length);
  at[length] = 0;
  return at + length + 1;
}

void report_text(report *out, const char *name, const char *format, ...) {
  char text[512];
  va_list values;
  va_start(values, format);
  int written = vsnprintf(text, sizeof text, format, values);
  va_end(values);
  if (written < 0) return;
  size_t length = (size_t)written < sizeof text ? (size_t)written : sizeof text - 1;
  size_t name_length = strlen(name);
  if (2 + name_length + 1 + 4 + length + 1 > sizeof out->bytes - out->length) return;
  uint8_t *end = put(put(out->bytes + out->length, 2, name, name_length), 4, text, length);
  out->length = (size_t)(end - out->bytes);
}

void report_thread(report *out) {
  const char *name = crash_thread_name();
  if (name != NULL) report_text(out, "thread", "%s", name);
  if (this_thread.method != NULL) report_text(out, "method", "%s", this_thread.method);
  if (this_thread.step == NULL) return;
  char step[256];
  /* The texts are ours, each with at most two numbers. */
  snprintf(step, sizeof step, this_thread.step, this_thread.one, this_thread.other);
  report_text(out, "step", "%s", step);
}
