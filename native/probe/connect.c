/* The channel's two forms, named by the variable CPEX_PROBE_CHANNEL:
 *   fd:N                   a socket that was handed on as descriptor N
 *   tcp:PORT:MINE:THEIRS   127.0.0.1, each side proving itself with a token of 32 letters
 * (and "none", which probe.c takes: no channel, wait for the end of the input)
 * The variable is removed before a plugin can see it. */
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE
#elif defined(__linux__)
#define _POSIX_C_SOURCE 200809L
#endif
#include "probe.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
typedef SOCKET wire;
typedef int wire_size;
#define NO_WIRE INVALID_SOCKET
#define SEND_FLAGS 0
#else
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
typedef int wire;
typedef size_t wire_size;
#define NO_WIRE (-1)
#ifdef MSG_NOSIGNAL
#define SEND_FLAGS MSG_NOSIGNAL
#else
#define SEND_FLAGS 0
#endif
#endif

enum { TOKEN = 32, SHAKE_SECONDS = 30, HIGH_DESCRIPTOR = 600, MOST_AT_ONCE = 1 << 30 };

static wire channel = NO_WIRE;

static int interrupted(void) {
#ifdef _WIN32
  return WSAGetLastError() == WSAEINTR;
#else
  return errno == EINTR;
#endif
}

int wire_send(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    size_t part = length < MOST_AT_ONCE ? length : MOST_AT_ONCE;
    long sent = (long)send(channel, at, (wire_size)part, SEND_FLAGS);
    if (sent < 0 && interrupted()) continue;
    if (sent <= 0) return -1;
    at += sent;
    length -= (size_t)sent;
  }
  return 0;
}

size_t wire_receive(void *bytes, size_t length) {
  size_t part = length < MOST_AT_ONCE ? length : MOST_AT_ONCE;
  for (;;) {
    long got = (long)recv(channel, bytes, (wire_size)part, 0);
    if (got >= 0) return (size_t)got;
    if (!interrupted()) return 0;
  }
}

static int receive_token(char *token) {
  size_t have = 0;
  while (have < TOKEN) {
    size_t got = wire_receive(token + have, TOKEN - have);
    if (got == 0) return -1;
    have += got;
  }
  return 0;
}

/* 0 takes the limit away. */
static void limit_waiting(int seconds) {
#ifdef _WIN32
  DWORD limit = (DWORD)seconds * 1000;
#else
  struct timeval limit = {.tv_sec = seconds};
#endif
  setsockopt(channel, SOL_SOCKET, SO_RCVTIMEO, (const char *)&limit, sizeof limit);
  setsockopt(channel, SOL_SOCKET, SO_SNDTIMEO, (const char *)&limit, sizeof limit);
}

static const char *connect_to(unsigned port, const char *mine, const char *theirs) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)port);
  address.sin_addr.s_addr = htonl(0x7f000001); /* 127.0.0.1 and nothing else */
  channel = socket(AF_INET, SOCK_STREAM, 0);
  if (channel == NO_WIRE) return "no socket could be made";
  limit_waiting(SHAKE_SECONDS);
  if (connect(channel, (struct sockaddr *)&address, sizeof address) != 0) return "cpex does not listen";
  if (wire_send(mine, TOKEN) != 0) return "cpex does not listen any more";
  char answer[TOKEN];
  if (receive_token(answer) != 0) return "cpex did not answer";
  int differs = 0;
  for (int i = 0; i < TOKEN; i++) differs |= answer[i] ^ theirs[i];
  if (differs != 0) return "somebody else answered in place of cpex";
  limit_waiting(0);
  int at_once = 1;
  setsockopt(channel, 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, (const char *)&at_once, sizeof at_once);
  return NULL;
}

#ifndef _WIN32
/* Moves the channel where plugins that close or write to descriptors do not guess it. */
static const char *move_up(int descriptor) {
  channel = fcntl(descriptor, F_DUPFD_CLOEXEC, HIGH_DESCRIPTOR);
  if (channel < 0) channel = fcntl(descriptor, F_DUPFD_CLOEXEC, descriptor + 1);
  if (channel < 0) return "the channel's descriptor is not there";
  /* Not merely closed: its number would be given out again. */
  int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) {
    close(descriptor);
  } else if (nothing != descriptor) {
    dup2(nothing, descriptor);
    close(nothing);
  }
  return NULL;
}
#endif

static const char *open_as_told(char *told) {
  char *end = told;
#ifndef _WIN32
  if (strncmp(told, "fd:", 3) == 0) return move_up((int)strtol(told + 3, NULL, 10));
#endif
  if (strncmp(told, "tcp:", 4) != 0) return "CPEX_PROBE_CHANNEL names no channel that this system has";
  unsigned long port = strtoul(told + 4, &end, 10);
  int shaped = port > 0 && port < 65536 && strlen(end) == 2 + 2 * TOKEN && end[0] == ':' && end[1 + TOKEN] == ':';
  if (!shaped) return "CPEX_PROBE_CHANNEL is not well formed";
  return connect_to((unsigned)port, end + 1, end + 2 + TOKEN);
}

const char *wire_open(void) {
  const char *told = getenv("CPEX_PROBE_CHANNEL");
  if (told == NULL) return "this program is started by cpex, and has no use of its own";
  char copy[128];
  if (strlen(told) >= sizeof copy) return "CPEX_PROBE_CHANNEL is too long";
  strcpy(copy, told);
#ifdef _WIN32
  _putenv("CPEX_PROBE_CHANNEL=");
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return "Windows has no sockets";
#else
  unsetenv("CPEX_PROBE_CHANNEL");
#endif
  const char *problem = open_as_told(copy);
#ifdef SO_NOSIGPIPE
  int yes = 1;
  if (problem == NULL) setsockopt(channel, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
  return problem;
}
