/* Sets and removes members at random and holds the object against a plain list; then sets very many of them. */
#include <stdio.h>
#include <stdlib.h>

#include "cpex_json.h"

#define KEYS 200
#define MANY 300000

static unsigned state = 1;

/* From 0 to `below`, less one; the same numbers on every machine. */
static int next(int below) {
  state = state * 1103515245u + 12345u;
  return (int)(state >> 16) % below;
}

static void need(bool holds, const char *what) {
  if (holds) return;
  printf("wrong: %s\n", what);
  exit(1);
}

/* What the object should be: keys in their order, and the value of each, -1 for absent. */
typedef struct list {
  int order[KEYS];
  int values[KEYS];
  int count;
} list;

static void drop(list *expected, int key) {
  int kept = 0;
  for (int i = 0; i < expected->count; i++) {
    if (expected->order[i] != key) expected->order[kept++] = expected->order[i];
  }
  expected->count = kept;
  expected->values[key] = -1;
}

static void compare(const cpex_json *object, const list *expected) {
  int i = 0;
  need(cpex_json_count(object) == (size_t)expected->count, "number of members");
  for (const cpex_json *child = cpex_json_first(object); child != NULL; child = cpex_json_next(child), i++) {
    char key[16];
    int64_t value;
    snprintf(key, sizeof key, "k%d", expected->order[i]);
    need(cpex_is(cpex_json_key(child), key), "order of keys");
    need(cpex_json_int64(child, &value) && value == expected->values[expected->order[i]], "value");
  }
}

static void play(int keys) {
  cpex_arena arena = {0};
  cpex_json *object = cpex_json_new_object(&arena);
  list expected = {.count = 0};
  for (int key = 0; key < KEYS; key++) expected.values[key] = -1;
  for (int step = 0; step < 1500; step++) {
    int key = next(keys);
    cpex_str name = cpex_format(&arena, "k%d", key);
    if (next(8) == 0) {
      need(cpex_json_remove(object, name) == (expected.values[key] >= 0), "removed");
      drop(&expected, key);
    } else {
      cpex_json_set(&arena, object, name, cpex_json_new_int64(&arena, step));
      if (expected.values[key] < 0) expected.order[expected.count++] = key;
      expected.values[key] = step;
    }
    if (step % 97 == 0) object = cpex_json_copy(&arena, object);
  }
  compare(object, &expected);
  cpex_arena_release(&arena);
}

int main(void) {
  cpex_arena arena = {0};
  cpex_json *object = cpex_json_new_object(&arena);
  for (int keys = 1; keys <= KEYS; keys++) play(keys);
  for (int i = 0; i < MANY; i++) {
    cpex_json_set(&arena, object, cpex_format(&arena, "k%d", i), cpex_json_new_int64(&arena, i));
  }
  need(cpex_json_count(object) == MANY, "number of very many members");
  cpex_arena_release(&arena);
  puts("right");
  return 0;
}
