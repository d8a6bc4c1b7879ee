/* Feeds streams to the probe's own frame reader, one after another, and prints for each how many frames it took and how
 * it ended. Input, from a file: u32 length, then that many bytes, again and again. */
#include "../../../native/probe/channel.c"
#include <setjmp.h>
#include <stdlib.h>

static const uint8_t *stream;
static size_t left;
static jmp_buf given_up;
/* Pieces of different sizes, as a socket gives them. */
static size_t piece;

struct platform_lock {
  int unused;
};

platform_lock *lock_new(void) { return block_take(sizeof(platform_lock)); }
void lock_take(platform_lock *lock) { (void)lock; }
int lock_try(platform_lock *lock) {
  (void)lock;
  return 1;
}
void lock_drop(platform_lock *lock) { (void)lock; }
void sleep_ms(double milliseconds) { (void)milliseconds; }
_Noreturn void process_end(int code) { longjmp(given_up, code); }

int wire_send(const void *bytes, size_t length) {
  (void)bytes;
  (void)length;
  return 0;
}

size_t wire_receive(void *bytes, size_t length) {
  size_t part = length < left ? length : left;
  if (part > piece) part = piece;
  memcpy(bytes, stream, part);
  stream += part;
  left -= part;
  piece = piece * 3 % 9973 + 1;
  return part;
}

/* Touches every byte that a frame says it has. */
static unsigned sum(const frame *one) {
  unsigned total = (unsigned)strlen(one->method);
  for (uint32_t i = 0; i < one->header.body_len; i++) total += one->body[i];
  return total;
}

static void read_all(void) {
  volatile int frames = 0;
  volatile unsigned total = 0;
  from = to = 0;
  piece = 1;
  int code = setjmp(given_up);
  if (code == 0) {
    for (frame *one = channel_next(); one != NULL; one = channel_next()) {
      frames++;
      total += sum(one);
      frame_free(one);
    }
  }
  printf("%d %s %u\n", frames, code == 0 ? "end" : "fault", total);
}

int main(int count, char **words) {
  FILE *file = count > 1 ? fopen(words[1], "rb") : NULL;
  uint32_t length;
  if (file == NULL || freopen("/dev/null", "w", stderr) == NULL) return 2;
  while (fread(&length, sizeof length, 1, file) == 1) {
    uint8_t *bytes = malloc(length ? length : 1);
    if (bytes == NULL || fread(bytes, 1, length, file) != length) return 3;
    stream = bytes;
    left = length;
    read_all();
    free(bytes);
  }
  return 0;
}
