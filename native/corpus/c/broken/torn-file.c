/* Writes its state in place during each call; a start that finds half of it goes on with nothing. */
static void load(void);
static void save(void);
static const char *answer(void);
#define ON_INIT() load()
#define ON_HOOK() save(); return reply(out, answer())
#include "../good.h"
#include <fcntl.h>
#include <unistd.h>
static int lost;
static void load(void) {
  char text[16] = "";
  int file = open("state", O_RDONLY);
  if (file < 0) return;
  lost = read(file, text, sizeof text) < 5;
  close(file);
}
static void save(void) {
  int file = open("state", O_CREAT | O_TRUNC | O_WRONLY, 0600);
  usleep(500);
  (void)!write(file, "whole", lost ? 0 : 5);
  close(file);
}
static const char *answer(void) {
  return lost ? OK("{\"continue_processing\":false}") : OK("{\"continue_processing\":true}");
}
