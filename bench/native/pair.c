/*
 * A C parent and a C child that holds the plugin, over a socket pair, which is what Node calls a
 * pipe. Frames have the layout of cpex's own; the child sends each reply at once, as cpex's does.
 * Prints nanoseconds per call. Usage: pair PLUGIN SIZE COUNT WINDOW
 * WINDOW calls are on their way at a time; 1 means one after another.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "abi.h"

enum { HEADER = 32, ARENA = 256 * 1024, METHOD = 5 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = write(fd, bytes, length);
    if (sent <= 0) exit(1);
    bytes += sent;
    length -= (size_t)sent;
  }
}

static size_t frame_size(const char *frame) {
  uint32_t rest;
  memcpy(&rest, frame, sizeof rest);
  return HEADER + rest;
}

static size_t write_frame(char *at, uint32_t id, const void *body, size_t length) {
  uint32_t rest = METHOD + (uint32_t)length;
  memset(at, 0, HEADER);
  memcpy(at, &rest, sizeof rest);
  memcpy(at + 8, &id, sizeof id);
  memcpy(at + HEADER, "echo", METHOD);
  memcpy(at + HEADER + METHOD, body, length);
  return HEADER + rest;
}

static void serve(int fd, const char *path) {
  static char in[ARENA], out[ARENA];
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  cpex_init init = library ? (cpex_init)dlsym(library, "cpex_plugin_init") : NULL;
  cpex_host_api host = {1, NULL, NULL, NULL};
  cpex_plugin_api plugin = {0};
  if (init == NULL || init(&host, &plugin) != 0) exit(1);
  for (size_t have = 0;;) {
    ssize_t got = read(fd, in + have, ARENA - have);
    if (got <= 0) exit(0);
    have += (size_t)got;
    size_t at = 0;
    while (have - at >= HEADER && have - at >= frame_size(in + at)) {
      const char *method = in + at + HEADER;
      const uint8_t *body = (const uint8_t *)method + METHOD;
      cpex_buffer response = {NULL, 0};
      uint32_t id;
      memcpy(&id, in + at + 8, sizeof id);
      plugin.call(method, body, frame_size(in + at) - HEADER - METHOD, &response);
      size_t length = write_frame(out, id, response.ptr, response.len);
      plugin.free_buffer(response.ptr, response.len);
      send_all(fd, out, length);
      at += frame_size(in + at);
    }
    memmove(in, in + at, have - at);
    have -= at;
  }
}

/* Makes `count` calls, `window` of them under way at a time, without ever blocking on one direction alone. */
static void make_calls(int fd, const char *frames, size_t size, size_t count, size_t window) {
  static char in[ARENA];
  static size_t have;
  size_t ring = size * window, sent = 0;
  for (size_t answered = 0; answered < count;) {
    size_t allowed = answered + window < count ? answered + window : count;
    size_t unsent = allowed * size - sent, at_end = ring - sent % ring;
    struct pollfd poll_fd = {fd, (short)(POLLIN | (unsent > 0 ? POLLOUT : 0)), 0};
    poll(&poll_fd, 1, -1);
    if (poll_fd.revents & POLLOUT) {
      ssize_t done = write(fd, frames + sent % ring, unsent < at_end ? unsent : at_end);
      if (done > 0) sent += (size_t)done;
    }
    if (!(poll_fd.revents & POLLIN)) continue;
    ssize_t got = read(fd, in + have, ARENA - have);
    if (got <= 0) exit(1);
    have += (size_t)got;
    size_t at = 0;
    for (; have - at >= HEADER && have - at >= frame_size(in + at); answered++) at += frame_size(in + at);
    memmove(in, in + at, have - at);
    have -= at;
  }
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  size_t body_size = strtoul(argv[2], NULL, 10);
  size_t count = strtoul(argv[3], NULL, 10), window = strtoul(argv[4], NULL, 10);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    close(ends[0]);
    serve(ends[1], argv[1]);
  }
  close(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  char *body = malloc(body_size);
  char *frames = malloc((HEADER + METHOD + body_size) * window);
  if (body == NULL || frames == NULL) return 1;
  memset(body, 'x', body_size);
  size_t size = 0;
  for (size_t i = 0; i < window; i++) size = write_frame(frames + i * size, (uint32_t)i, body, body_size);
  make_calls(ends[0], frames, size, count / 10, window);
  double start = now();
  make_calls(ends[0], frames, size, count, window);
  printf("%.1f\n", (now() - start) / (double)count);
  close(ends[0]);
  waitpid(child, NULL, 0);
  return 0;
}
