/*
 * A host for tests: loads one plugin and does what it is told, one line of stdin at a time.
 * Bodies and replies are in hexadecimal, "-" is a null buffer.
 *
 *   init [VERSION]            -> "init RC ABI"
 *   call METHOD BODY          -> "reply RC BODY"
 *   threads N COUNT METHOD BODY -> "threads GOOD BAD", a reply is good when it equals the first one
 *   balance COUNT METHOD BODY -> "balance DIFF", allocations minus frees over COUNT calls
 *   answer RC BODY            what the host answers to callbacks from now on
 *   reenter METHOD BODY       a callback calls the plugin first
 *   calls                     -> "calls METHOD…", callbacks since the last "calls"
 *   ledger                    -> "ledger N", replies of the host that were not given back
 *   freenull                  -> "freed"
 *   shutdown                  -> "down"; the host's table cannot be touched any more
 *
 * Requests end at a page that cannot be read, on a page that cannot be written.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct { void *ptr; size_t len; } buffer;
typedef struct {
    uint32_t abi_version;
    void *host_ctx;
    int (*call)(void *ctx, const char *method, const uint8_t *request, size_t len, buffer *response);
    void (*free_buffer)(void *ptr, size_t len);
} host_api;
typedef struct {
    uint32_t abi_version;
    int (*call)(const char *method, const uint8_t *request, size_t len, buffer *response);
    void (*free_buffer)(void *ptr, size_t len);
    void (*shutdown)(void);
} plugin_api;

static atomic_long allocations, frees, outstanding;
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void __libc_free(void *);
void *malloc(size_t n) { allocations++; return __libc_malloc(n); }
void *calloc(size_t n, size_t m) { allocations++; return __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { if (!p) allocations++; return __libc_realloc(p, n); }
void free(void *p) { if (p) frees++; __libc_free(p); }

static plugin_api plugin;
static host_api *table;
static const char context;
static int answer_code;
static uint8_t *answer_body;
static size_t answer_len;
static char *reenter_method;
static uint8_t *reenter_body;
static size_t reenter_len;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char called[1 << 16];

static void die(const char *what) { fprintf(stderr, "host: %s\n", what); exit(9); }

static int nibble(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static uint8_t *unhex(const char *text, size_t *len) {
    *len = 0;
    if (!text || !strcmp(text, "-")) return NULL;
    *len = strlen(text) / 2;
    uint8_t *bytes = __libc_malloc(*len + 1);
    for (size_t i = 0; i < *len; i++) bytes[i] = (uint8_t)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
    return bytes;
}

static void print_hex(const uint8_t *bytes, size_t len) {
    if (!bytes) { printf("-"); return; }
    for (size_t i = 0; i < len; i++) {
        putchar("0123456789abcdef"[bytes[i] >> 4]);
        putchar("0123456789abcdef"[bytes[i] & 15]);
    }
}

/* A copy that ends at a guard page and cannot be written to. */
typedef struct { uint8_t *map; size_t size; uint8_t *body; } guarded;
static guarded guard(const uint8_t *bytes, size_t len) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (len + page - 1) / page * page;
    guarded g = {0};
    if (!bytes) return g;
    g.size = room + page;
    g.map = mmap(NULL, g.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED) die("mmap");
    g.body = g.map + room - len;
    memcpy(g.body, bytes, len);
    mprotect(g.map, room, PROT_READ);
    mprotect(g.map + room, page, PROT_NONE);
    return g;
}

static int call_plugin(const char *method, const guarded *g, size_t len, buffer *out) {
    out->ptr = (void *)0x5a5a; out->len = 0x5a5a;
    int code = plugin.call(method, g->body, len, out);
    if (out->ptr == (void *)0x5a5a) die("the slot was not overwritten");
    if ((out->ptr == NULL) != (out->len == 0)) die("half a reply");
    return code;
}

static int host_call(void *ctx, const char *method, const uint8_t *request, size_t len, buffer *response) {
    (void)request; (void)len;
    if (ctx != &context) die("another context");
    pthread_mutex_lock(&lock);
    if (strlen(called) + strlen(method) + 2 < sizeof called) { strcat(called, " "); strcat(called, method); }
    char *again = reenter_method;
    reenter_method = NULL;
    pthread_mutex_unlock(&lock);
    if (again) {
        guarded g = guard(reenter_body, reenter_len);
        buffer out;
        call_plugin(again, &g, reenter_len, &out);
        plugin.free_buffer(out.ptr, out.len);
        munmap(g.map, g.size);
    }
    if (answer_body) {
        response->ptr = mmap(NULL, answer_len + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        response->len = answer_len;
        memcpy(response->ptr, answer_body, answer_len);
        outstanding++;
    }
    return answer_code;
}

static void host_free(void *ptr, size_t len) {
    if (!ptr || len != answer_len) die("freed with another length");
    outstanding--;
    munmap(ptr, len + 1);
}

typedef struct { int count; const char *method; const guarded *g; size_t len; const buffer *want; int good; } job;
static void *work(void *argument) {
    job *j = argument;
    for (int i = 0; i < j->count; i++) {
        buffer out;
        call_plugin(j->method, j->g, j->len, &out);
        j->good += out.len == j->want->len && !memcmp(out.ptr, j->want->ptr, out.len);
        plugin.free_buffer(out.ptr, out.len);
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 2) die("usage: host PLUGIN");
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) die(dlerror());
    int (*init)(const host_api *, plugin_api *) = (int (*)(const host_api *, plugin_api *))dlsym(library, "cpex_plugin_init");
    if (!init) die("no entry");
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    table = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    answer_body = (uint8_t *)strdup("{\"ok\":true,\"result\":{}}");
    answer_len = strlen((char *)answer_body);
    char *line = NULL;
    size_t room = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (getline(&line, &room, stdin) > 0) {
        char *save, *word = strtok_r(line, " \n", &save), *w[4] = {0};
        for (int i = 0; i < 4; i++) w[i] = strtok_r(NULL, " \n", &save);
        if (!strcmp(word, "init")) {
            mprotect(table, page, PROT_READ | PROT_WRITE);
            *table = (host_api){w[0] ? (uint32_t)atoi(w[0]) : 1, (void *)&context, host_call, host_free};
            mprotect(table, page, PROT_READ);
            if (init(NULL, &plugin) == 0 || init(table, NULL) == 0) die("init took a null table");
            int code = init(table, &plugin);
            if (!plugin.call || !plugin.free_buffer || !plugin.shutdown) die("half a table");
            printf("init %d %u\n", code, plugin.abi_version);
        } else if (!strcmp(word, "call")) {
            size_t len;
            uint8_t *body = unhex(w[1], &len);
            guarded g = guard(body, len);
            buffer out;
            int code = call_plugin(strcmp(w[0], "-") ? w[0] : NULL, &g, len, &out);
            if (g.map) munmap(g.map, g.size);
            printf("reply %d ", code);
            print_hex(out.ptr, out.len);
            printf("\n");
            plugin.free_buffer(out.ptr, out.len);
        } else if (!strcmp(word, "threads")) {
            size_t len;
            uint8_t *body = unhex(w[3], &len);
            guarded g = guard(body, len);
            buffer want;
            call_plugin(w[2], &g, len, &want);
            int n = atoi(w[0]), count = atoi(w[1]), good = 0;
            pthread_t threads[64];
            job jobs[64];
            for (int i = 0; i < n; i++) {
                jobs[i] = (job){count, w[2], &g, len, &want, 0};
                pthread_create(&threads[i], NULL, work, &jobs[i]);
            }
            for (int i = 0; i < n; i++) { pthread_join(threads[i], NULL); good += jobs[i].good; }
            plugin.free_buffer(want.ptr, want.len);
            printf("threads %d %d\n", good, n * count - good);
        } else if (!strcmp(word, "balance")) {
            size_t len;
            uint8_t *body = unhex(w[2], &len);
            guarded g = guard(body, len);
            buffer want;
            call_plugin(w[1], &g, len, &want);
            job warm = {100, w[1], &g, len, &want, 0}, timed = {atoi(w[0]), w[1], &g, len, &want, 0};
            work(&warm);
            long before = allocations - frees;
            work(&timed);
            long difference = allocations - frees - before;
            plugin.free_buffer(want.ptr, want.len);
            printf("balance %ld\n", difference);
        } else if (!strcmp(word, "answer")) {
            answer_code = atoi(w[0]);
            answer_body = unhex(w[1], &answer_len);
        } else if (!strcmp(word, "reenter")) {
            reenter_body = unhex(w[1], &reenter_len);
            reenter_method = strdup(w[0]);
        } else if (!strcmp(word, "calls")) {
            printf("calls%s\n", called);
            called[0] = 0;
        } else if (!strcmp(word, "ledger")) {
            printf("ledger %ld\n", (long)outstanding);
        } else if (!strcmp(word, "freenull")) {
            plugin.free_buffer(NULL, 0);
            printf("freed\n");
        } else if (!strcmp(word, "shutdown")) {
            plugin.shutdown();
            mprotect(table, page, PROT_NONE);
            printf("down\n");
        } else {
            die("unknown word");
        }
    }
    fflush(stdout);
    return 0;
}
