/* Unit tests: ctest, or `cpex test --native`. The cases in tests/cases say what the plugin does in its host. */
#if !defined(_WIN32) && !defined(_XOPEN_SOURCE)
#define _XOPEN_SOURCE 700
#endif
#include "cpex/cpex_test.h"

#if defined(_WIN32)
int main(void) {
  cpex_test_start(NULL);
  cpex_test_reply reply = cpex_test_step("shell", "{}");
  CPEX_CHECK(!reply.ok && cpex_is(reply.code, "unsupported"));
  cpex_test_stop();
  return 0;
}
#else
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "src/archive.h"

#define BLOCK 512

/* An archive in the making. */
static char archive[16 * BLOCK];
static size_t archive_size;

static void put(const char *name, char type, const char *content) {
  char *header = archive + archive_size;
  unsigned sum = 0;
  memset(header, 0, 2 * BLOCK);
  memcpy(header, name, strlen(name));
  memcpy(header + 100, "0000755", 8);
  snprintf(header + 124, 12, "%011o", (unsigned)strlen(content));
  memset(header + 148, ' ', 8);
  header[156] = type;
  memcpy(header + 257,
         "ustar\000"
         "00",
         8);
  for (size_t i = 0; i < BLOCK; i++) sum += (unsigned char)header[i];
  snprintf(header + 148, 8, "%06o", sum);
  memcpy(header + BLOCK, content, strlen(content));
  archive_size += *content == '\0' ? BLOCK : 2 * BLOCK;
}

/* The number of entries in the folder where the plugin makes its own. */
static int entries(void) {
  int count = 0;
  DIR *folder = opendir("scratch");
  CPEX_CHECK(folder != NULL);
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

static void begin(void) {
  memset(archive, 0, sizeof archive);
  archive_size = 0;
  cpex_test_start(NULL);
}

/* Executes a step, and checks that nothing is left behind. */
static cpex_test_reply step(const char *args) {
  cpex_test_archive(archive, archive_size + (archive_size == 0 ? 0 : 2 * BLOCK));
  int before = entries();
  cpex_test_reply reply = cpex_test_step("shell", args);
  CPEX_CHECK(entries() == before);
  CPEX_CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
  return reply;
}

static int64_t exit_code(cpex_test_reply reply) {
  int64_t code = -1;
  if (!reply.ok) fprintf(stderr, "%s: %s\n", reply.code.ptr, reply.message.ptr);
  CPEX_CHECK(reply.ok && cpex_json_int64(cpex_json_get(reply.result, cpex_text("exit_code")), &code));
  return code;
}

static void test_runs(void) {
  begin();
  put("sub/", '5', "");
  put("sub/a.txt", '0', "hello");
  CPEX_CHECK(exit_code(step("{\"commands\":[[\"cat\",\"sub/a.txt\"],[\"sh\",\"-c\",\"echo bad >&2; exit 3\"],"
                            "[\"echo\",\"never\"]]}")) == 3);
  CPEX_CHECK(cpex_is(cpex_test_stdout(), "hello"));
  CPEX_CHECK(cpex_is(cpex_test_stderr(), "bad\n"));
  cpex_test_stop();
}

static void test_artifacts(void) {
  begin();
  cpex_test_reply reply = step("{\"commands\":[[\"sh\",\"-c\",\"printf 123 > out\"]],\"artifacts\":[\"out\"]}");
  CPEX_CHECK(exit_code(reply) == 0);
  const cpex_json *one = cpex_json_first(cpex_json_get(reply.result, cpex_text("artifacts")));
  uint64_t size = 0;
  CPEX_CHECK(cpex_json_uint64(cpex_json_get(one, cpex_text("size_bytes")), &size) && size == 3);
  CPEX_CHECK(exit_code(step("{\"commands\":[[\"ln\",\"-s\",\"/etc/passwd\",\"out\"]],\"artifacts\":[\"out\"]}")) == 1);
  cpex_test_stop();
}

static void test_endings(void) {
  begin();
  CPEX_CHECK(exit_code(step("{\"commands\":[[\"sh\",\"-c\",\"kill -KILL $$\"]]}")) == 128 + 9);
  CPEX_CHECK(exit_code(step("{\"commands\":[[\"there-is-no-such-program\"]]}")) == 127);
  CPEX_CHECK(exit_code(step("{\"commands\":[[\"./there-is-no-such-program\"]]}")) == 127);
  CPEX_CHECK(exit_code(step("{\"commands\":[[\"sh\",\"-c\",\"mkdir d; chmod 0 d; sleep 100 &\"]]}")) == 0);
  cpex_test_answer("host.cancelled", "{\"ok\":true,\"result\":{\"cancelled\":true}}");
  CPEX_CHECK(exit_code(step("{\"commands\":[[\"sleep\",\"100\"]]}")) == 130);
  cpex_test_answer("host.cancelled", "{\"ok\":true,\"result\":{\"cancelled\":false}}");
  cpex_test_answer("host.step.log", "{\"ok\":false,\"error\":{\"code\":\"full\",\"message\":\"no room\"}}");
  cpex_test_reply reply = step("{\"commands\":[[\"sh\",\"-c\",\"echo x; sleep 100\"]]}");
  CPEX_CHECK(!reply.ok && cpex_is(reply.code, "log_failed"));
  cpex_test_stop();
}

static void test_bad_archives(void) {
  static const struct {
    const char *name;
    char type;
  } bad[] = {{"/etc/x", '0'}, {"../x", '0'}, {"a/../../x", '0'}, {"", '0'}, {"link", '2'}, {"hard", '1'}, {"x", 'x'}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    begin();
    put(bad[i].name, bad[i].type, "");
    cpex_test_reply reply = step("{\"commands\":[[\"true\"]]}");
    CPEX_CHECK(!reply.ok && cpex_is(reply.code, "bad_archive"));
    cpex_test_stop();
  }
  begin();
  put("a", '0', "content");
  archive[0] = 'b'; /* the sum is wrong now */
  CPEX_CHECK(cpex_is(step("{\"commands\":[[\"true\"]]}").code, "bad_archive"));
  cpex_test_stop();
  begin();
  put("a", '0', "content");
  put("a/b", '0', "content");
  CPEX_CHECK(cpex_is(step("{\"commands\":[[\"true\"]]}").code, "bad_archive"));
  cpex_test_stop();
}

static void test_inside(void) {
  static const char *const good[] = {".", "a", "a/b", "./a", "..a", "a/..b", "a/"};
  static const char *const bad[] = {"", "/", "/a", "..", "../a", "a/..", "a/../b", ".//.."};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) CPEX_CHECK(is_inside(cpex_text(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CPEX_CHECK(!is_inside(cpex_text(bad[i])));
}

int main(void) {
  char here[4096];
  CPEX_CHECK(mkdir("scratch", 0755) == 0 || errno == EEXIST);
  CPEX_CHECK(realpath("scratch", here) != NULL && setenv("TMPDIR", here, 1) == 0);
  test_inside();
  test_runs();
  test_artifacts();
  test_endings();
  test_bad_archives();
  return 0;
}
#endif
