import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findProfile } from '../../../src/hosts/registry.js';
import type { TestResult } from '../../../src/model/event.js';
import type { Language } from '../../../src/model/target.js';
import { limiter } from '../../../src/support/limiter.js';
import { catalogueOf } from '../../../src/testing/conformance/catalogue.js';
import { BRIEF } from '../../../src/testing/conformance/durations.js';
import { MEMORY } from '../../../src/testing/conformance/memory/rows.js';
import { runSuite } from '../../../src/testing/conformance/suite.js';
import { findMeans } from '../../../src/testing/resolve.js';
import { type Bench, judgeBad, withNeeds } from '../../../src/testing/selftest/bad.js';
import { Workshop } from '../../../src/testing/selftest/compile.js';
import { BAD_MEMORY } from '../../../src/testing/selftest/corpus/memory.js';
import { GOOD_PLUGINS, judgeGood } from '../../../src/testing/selftest/good.js';
import { compileText } from '../support/compile.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cpex-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const context = {
  cwd: folder,
  env: process.env,
  interactive: false,
  emit: () => undefined,
  signal: new AbortController().signal,
};

async function benchOf(): Promise<Bench> {
  return {
    workshop: new Workshop(context),
    cargoTarget: path.join(folder, 'cargo'),
    meansFor: (host) => findMeans({ host }, undefined, context),
    context,
    limit: limiter(2),
    seed: 1,
    stopReason: () => undefined,
  };
}

/** What did not come out as it has to, in a form that a failing test can show. */
function wrongOf(results: readonly TestResult[]): unknown[] {
  return results
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')
    .map(({ title, findings }) => [title, findings.map(({ message, evidence }) => [message, evidence])]);
}

/** The results of a test and of those that it builds on. */
async function judge(artefact: string, language: Language, id: string): Promise<TestResult[]> {
  const means = await findMeans({}, undefined, context);
  const profile = findProfile('cpex');
  const subject = {
    ...means,
    artefact,
    profile,
    language,
    config: {},
    durations: BRIEF,
    seed: 1,
    signal: context.signal,
  };
  const tests = withNeeds([id], catalogueOf('cpex'));
  const options = { reason: () => undefined, limit: limiter(2), repeat: 1, stopReason: () => undefined };
  return runSuite(tests, subject, options);
}

function compileOwnGo(name: string, text: string): string {
  const source = path.join(folder, name, 'source');
  mkdirSync(source, { recursive: true });
  const corpus = path.resolve(import.meta.dirname, '../../../native/corpus/go');
  for (const file of ['go.mod', 'abi.go']) cpSync(path.join(corpus, file), path.join(source, file));
  writeFileSync(path.join(source, 'plugin.go'), text);
  const library = path.join(folder, name, 'plugin.so');
  const args = ['build', '-buildmode=c-shared', '-trimpath', '-o', library, '.'];
  execFileSync('go', args, { cwd: source, stdio: 'inherit' });
  return library;
}

function compileOwnRust(name: string, text: string): string {
  mkdirSync(path.join(folder, name));
  const source = path.join(folder, name, 'plugin.rs');
  const abi = path.resolve(import.meta.dirname, '../../../native/corpus/rust/abi.rs');
  writeFileSync(source, text.replace('abi.rs', abi));
  const library = path.join(folder, name, 'plugin.so');
  execFileSync('rustc', ['--edition', '2024', '--crate-type', 'cdylib', '-o', library, source], { stdio: 'inherit' });
  return library;
}

/** Plugins that keep something between calls, as they may. */
const KEEPERS: readonly [name: string, language: Language, make: (name: string) => string][] = [
  [
    'a cache that fills up',
    'c',
    (name) =>
      compileText(
        name,
        `static void *cache[3000];
static int calls;
#define ON_HOOK() return free(cache[calls % 3000]), cache[calls++ % 3000] = malloc(40), reply(out, OK("{\\"continue_processing\\":true}"))
#include "good.h"
`,
        folder,
      ),
  ],
  [
    'a list that doubles its room',
    'c',
    (name) =>
      compileText(
        name,
        `static long *list, count, room;
#define ON_HOOK() if (count == room) list = realloc(list, (room = room * 2 + 64) * sizeof *list); list[count++] = 1; return reply(out, OK("{\\"continue_processing\\":true}"))
#include "good.h"
`,
        folder,
      ),
  ],
  [
    'a block for the next reply, kept in hand',
    'c',
    (name) =>
      compileText(
        name,
        `#include <stdlib.h>
static void *spare;
static void *take(unsigned long len) { void *block = spare ? spare : malloc(4096); spare = 0; return block; }
static void give(void *ptr) { if (ptr && !spare) spare = ptr; else free(ptr); }
#define ALLOCATE(len) take(len)
#define ON_FREE() give(ptr)
#include "good.h"
`,
        folder,
      ),
  ],
  [
    'replies that a thread of its own frees',
    'c',
    (name) =>
      compileText(
        name,
        `#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static void *queue[1 << 16];
static volatile unsigned put, got, over;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static void add(void *ptr) { pthread_mutex_lock(&lock); queue[put++ % (1 << 16)] = ptr; pthread_mutex_unlock(&lock); }
static void *work(void *unused) {
  for (int last = 0; !last; usleep(5000)) {
    last = over;
    for (;;) {
      pthread_mutex_lock(&lock);
      void *ptr = got == put ? 0 : queue[got++ % (1 << 16)];
      pthread_mutex_unlock(&lock);
      if (!ptr) break;
      free(ptr);
    }
  }
  return 0;
}
#define ON_FREE() ptr ? add(ptr) : (void)0
#define ON_INIT() pthread_create(&thread, 0, work, 0)
#define ON_SHUTDOWN() do { over = 1; pthread_join(thread, 0); } while (0)
#include "good.h"
`,
        folder,
      ),
  ],
  [
    'C memory that a finalizer frees',
    'go',
    (name) =>
      compileOwnGo(
        name,
        `package main

// #include <stdlib.h>
import "C"

import (
	"runtime"
	"unsafe"
)

type holder struct{ text *C.char }

func onHook() string {
	one := &holder{C.CString(allowed)}
	runtime.SetFinalizer(one, func(old *holder) { C.free(unsafe.Pointer(old.text)) })
	return allowed
}
`,
      ),
  ],
  [
    'a map from requests to answers',
    'rust',
    (name) =>
      compileOwnRust(
        name,
        `include!("abi.rs");
static SEEN: std::sync::Mutex<Option<std::collections::HashMap<Vec<u8>, String>>> = std::sync::Mutex::new(None);
fn on_hook() -> &'static str {
    SEEN.lock().unwrap().get_or_insert_default().insert(request().to_vec(), ALLOWED.to_string());
    ALLOWED
}
`,
      ),
  ],
];

/** Ends the process when too many of its threads are there at once. */
const WORKS_ON = `#include <pthread.h>
#include <time.h>
static int alive;
static void begin(void), wait_for_all(void);
#define ON_HOOK() begin(); return reply(out, OK("{\\"continue_processing\\":true}"))
#define ON_SHUTDOWN() wait_for_all()
#include "good.h"
static void *work(void *nothing) {
  struct timespec while_it_works = {0, 50000000};
  nanosleep(&while_it_works, NULL);
  __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
  return nothing;
}
static void begin(void) {
  pthread_t thread;
  if (__atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST) > 500) abort();
  if (pthread_create(&thread, NULL, work, NULL) == 0) pthread_detach(thread);
  else __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}
static void wait_for_all(void) {
  struct timespec a_moment = {0, 1000000};
  while (__atomic_load_n(&alive, __ATOMIC_SEQ_CST) > 0) nanosleep(&a_moment, NULL);
}
`;

describe('level 3', () => {
  test('sees every defect in C, Go and Rust', { timeout: 300_000 }, async () => {
    const bench = await benchOf();
    const results = await Promise.all(BAD_MEMORY.map((bad) => judgeBad(bad, Object.keys(bad.fires), bench)));
    expect(wrongOf(results.flat())).toEqual([]);
    const shown = new Set(BAD_MEMORY.flatMap(({ fires }) => Object.keys(fires)));
    expect(MEMORY.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  test('says nothing about good plugins', { timeout: 300_000 }, async () => {
    const bench = await benchOf();
    // Projects with an SDK are left to the self-test: building them takes minutes.
    const good = GOOD_PLUGINS.filter(({ source }) => source !== undefined);
    const results = await Promise.all(good.map((one) => judgeGood(one, (id) => id.startsWith('mem.'), 3, bench)));
    expect(wrongOf(results)).toEqual([]);
  });

  for (const [name, language, make] of KEEPERS) {
    test(`takes ${name} for no leak`, { timeout: 200_000 }, async () => {
      const artefact = make(name.replaceAll(' ', '-'));
      for (const id of ['mem.balance', 'mem.free-len', 'mem.free-order', 'mem.free-thread']) {
        const results = await judge(artefact, language, id);
        expect(results.flatMap(({ findings }) => findings)).toEqual([]);
      }
    });
  }

  test('lets threads end that work on after their calls', { timeout: 200_000 }, async () => {
    const artefact = compileText('works-on', WORKS_ON, folder);
    const results = await judge(artefact, 'c', 'mem.balance');
    expect(results.flatMap(({ findings }) => findings)).toEqual([]);
  });
});
