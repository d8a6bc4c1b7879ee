/* The network as a plugin may not use it: every attempt is noted and fails, in whatever language it is made.
 *
 * The kernel asks a thread of ours about system calls of the threads that were started later. It can do so since Linux
 * 5.5 without any privilege; where it may not, nothing is watched and cpex is told. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "state.h"

static int watched;

#if defined(__linux__) && defined(__has_include)
#if __has_include(<linux/seccomp.h>) && __has_include(<linux/filter.h>)
#include <linux/seccomp.h>
#if defined(SECCOMP_USER_NOTIF_FLAG_CONTINUE)
#define CAN_WATCH
#endif
#endif
#endif

#ifndef CAN_WATCH
void network_watch(void) {}
void network_observe(observation *seen) { observe_number(seen, "watched", watched); }
#else
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_NOTED = 32 };

static platform_lock *lock;
static char noted[MOST_NOTED][128];
static size_t attempts;
static int listener = -1;

/* Copies memory of this process that may not be there. */
static int peek(uint64_t from, void *to, size_t length) {
  struct iovec here = {to, length}, there = {(void *)(uintptr_t)from, length};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)length;
}

static const char *verb_of(int number) {
  if (number == __NR_connect) return "connects to";
  return number == __NR_bind ? "opens a port on" : "sends to";
}

/* 1 when the address belongs to a network, which has been noted then. */
static int note(int number, uint64_t address, uint64_t length) {
  union {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
  } to;
  memset(&to, 0, sizeof to);
  if (address == 0 || length < sizeof to.any.sa_family) return 0;
  if (!peek(address, &to, length < sizeof to ? (size_t)length : sizeof to)) return 0;
  int family = to.any.sa_family;
  if (family != AF_INET && family != AF_INET6) return 0;
  char name[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, family == AF_INET ? (void *)&to.four.sin_addr : (void *)&to.six.sin6_addr, name, sizeof name);
  unsigned port = ntohs(family == AF_INET ? to.four.sin_port : to.six.sin6_port);
  lock_take(lock);
  if (attempts < MOST_NOTED) snprintf(noted[attempts++], sizeof *noted, "%s %s port %u", verb_of(number), name, port);
  lock_drop(lock);
  return 1;
}

static int concerns_network(const struct seccomp_data *call) {
  uint64_t address = call->args[1], length = call->args[2];
  if (call->nr == __NR_sendto) {
    address = call->args[4];
    length = call->args[5];
  } else if (call->nr == __NR_sendmsg) {
    struct msghdr message;
    if (!peek(call->args[1], &message, sizeof message)) return 0;
    address = (uint64_t)(uintptr_t)message.msg_name;
    length = message.msg_namelen;
  }
  return note(call->nr, address, length);
}

static void answer_kernel(void *unused) {
  (void)unused;
  for (;;) {
    struct seccomp_notif asked;
    struct seccomp_notif_resp answer;
    memset(&asked, 0, sizeof asked);
    memset(&answer, 0, sizeof answer);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) {
      if (errno == EINTR || errno == ENOENT) continue;
      return;
    }
    answer.id = asked.id;
    if (concerns_network(&asked.data)) answer.error = -ENETUNREACH;
    else answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

void network_watch(void) {
  enum { CALL = offsetof(struct seccomp_data, nr), TO = offsetof(struct seccomp_data, args[4]) };
  /* What sends without an address, as our own channel does, is not asked about. */
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CALL),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_connect, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_bind, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_sendmsg, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_sendto, 0, 5),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, TO),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, TO + 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  lock = lock_new();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
  listener = (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  if (listener < 0) return;
  watched = thread_start(answer_kernel, NULL) == 0;
  if (!watched) fault("the thread that watches the network could not be started");
}

void network_observe(observation *seen) {
  observe_number(seen, "watched", watched);
  if (!watched) return;
  lock_take(lock);
  for (size_t i = 0; i < attempts; i++) observe_text(seen, "wanted", "%s", noted[i]);
  lock_drop(lock);
}
#endif
