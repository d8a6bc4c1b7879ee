/* Runs programs as steps of builds: unpacks the workspace, runs one command after another, tells what they made. */
#include <stdlib.h>

#include "archive.h"
#include "cpex/cpex.h"
#include "program.h"
#include "workspace.h"

static const char step_schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"commands\":{\"description\":\"Programs with their arguments, run one after another.\",\"type\":\"array\","
    "\"items\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\"}}},"
    "\"artifacts\":{\"description\":\"Files to report, relative to the workspace.\",\"type\":\"array\","
    "\"items\":{\"type\":\"string\"}}},\"additionalProperties\":false}";

#if defined(_WIN32)
static cpex_step_result on_shell(cpex_call *call, const cpex_step_input *input) {
  (void)input;
  return (cpex_step_result){.exit_code = cpex_fail(call, "unsupported", "steps are executed where there is POSIX")};
}
#else

/* ---- arguments: all is checked before there is anything to undo ---- */

static bool refuse(cpex_call *call, const char *why) {
  cpex_fail(call, "invalid_args", "%s", why);
  return false;
}

static bool is_text(const cpex_json *value) {
  cpex_str text = cpex_json_string(value);
  return text.ptr != NULL && strlen(text.ptr) == text.len;
}

static bool check_commands(cpex_call *call, const cpex_json *commands) {
  int number = 0;
  if (commands != NULL && cpex_json_type_of(commands) != CPEX_JSON_ARRAY) {
    return refuse(call, "commands must be a list");
  }
  for (const cpex_json *one = cpex_json_first(commands); one != NULL; one = cpex_json_next(one), number++) {
    if (cpex_json_type_of(one) != CPEX_JSON_ARRAY || cpex_json_string(cpex_json_first(one)).len == 0) {
      return refuse(call, cpex_textf(call, "commands[%d] must be a list that begins with a program", number).ptr);
    }
    for (const cpex_json *word = cpex_json_first(one); word != NULL; word = cpex_json_next(word)) {
      if (!is_text(word)) return refuse(call, cpex_textf(call, "commands[%d] must hold texts only", number).ptr);
    }
  }
  return true;
}

static bool check_artifacts(cpex_call *call, const cpex_json *artifacts) {
  int number = 0;
  if (artifacts != NULL && cpex_json_type_of(artifacts) != CPEX_JSON_ARRAY) {
    return refuse(call, "artifacts must be a list");
  }
  for (const cpex_json *one = cpex_json_first(artifacts); one != NULL; one = cpex_json_next(one), number++) {
    if (is_inside(cpex_json_string(one))) continue;
    return refuse(call, cpex_textf(call, "artifacts[%d] must be a path inside the workspace", number).ptr);
  }
  return true;
}

static bool check_env(cpex_call *call, cpex_text_map env) {
  for (size_t i = 0; i < env.count; i++) {
    cpex_text_entry one = env.items[i];
    bool sound = one.key.len > 0 && strcspn(one.key.ptr, "=") == one.key.len && strlen(one.value.ptr) == one.value.len;
    if (!sound) return refuse(call, "the environment has a name or value that is none");
  }
  return true;
}

/* The arguments of a step; false, and a failure of the call, when they are not what they should be. */
static bool read_args(cpex_call *call, const cpex_step_input *input, const cpex_json **commands,
                      const cpex_json **artifacts) {
  *commands = cpex_json_get(input->step.args, cpex_text("commands"));
  *artifacts = cpex_json_get(input->step.args, cpex_text("artifacts"));
  size_t known = (*commands == NULL ? 0u : 1u) + (*artifacts == NULL ? 0u : 1u);
  if (cpex_json_count(input->step.args) != known) {
    return refuse(call, "there is a key that is not known; known are commands and artifacts");
  }
  if (!is_inside(input->workdir)) return refuse(call, "workdir must be inside the workspace");
  return check_commands(call, *commands) && check_artifacts(call, *artifacts) && check_env(call, input->env);
}

/* ---- work ---- */

/* The environment of the step, with the host's PATH when it has none. `search` is the PATH. */
static char **environment(cpex_call *call, const cpex_step_input *input, const char **search) {
  char **env = cpex_alloc_array(cpex_memory(call), input->env.count + 2, sizeof *env);
  size_t count = 0;
  *search = NULL;
  for (size_t i = 0; env != NULL && i < input->env.count; i++) {
    cpex_text_entry one = input->env.items[i];
    if (cpex_is(one.key, "PATH")) *search = one.value.ptr;
    env[count++] = (char *)(uintptr_t)cpex_textf(call, "%s=%s", one.key.ptr, one.value.ptr).ptr;
  }
  if (env == NULL || *search != NULL) return env;
  *search = getenv("PATH");
  if (*search == NULL) *search = "/usr/bin:/bin";
  env[count] = (char *)(uintptr_t)cpex_textf(call, "PATH=%s", *search).ptr;
  return env;
}

/* Runs the commands until one fails. Returns its exit code, or 0. */
static int run_commands(cpex_call *call, const cpex_step_input *input, const cpex_json *commands, const char *folder) {
  program what = {.folder = cpex_textf(call, "%s/%s", folder, input->workdir.ptr).ptr};
  what.env = environment(call, input, &what.search);
  for (const cpex_json *one = cpex_json_first(commands); one != NULL; one = cpex_json_next(one)) {
    char **argv = cpex_alloc_array(cpex_memory(call), cpex_json_count(one) + 1, sizeof *argv);
    size_t count = 0;
    if (argv == NULL || what.env == NULL) return EXIT_MISSING;
    for (const cpex_json *word = cpex_json_first(one); word != NULL; word = cpex_json_next(word)) {
      argv[count++] = (char *)(uintptr_t)cpex_json_string(word).ptr;
    }
    what.argv = argv;
    int exit_code = program_run(call, &what);
    if (exit_code != 0) return exit_code;
  }
  return 0;
}

/* Looks for what the step was to make. */
static cpex_step_result find_artifacts(cpex_call *call, const cpex_json *names, const char *folder) {
  cpex_step_result result = {.exit_code = 0};
  cpex_artifact *items = cpex_alloc_array(cpex_memory(call), cpex_json_count(names), sizeof *items);
  size_t count = 0;
  for (const cpex_json *one = cpex_json_first(names); items != NULL && one != NULL; one = cpex_json_next(one)) {
    cpex_artifact found = {.key = cpex_json_string(one), .mime = cpex_text("application/octet-stream")};
    if (workspace_file_size(call, folder, found.key, &found.size_bytes)) {
      items[count++] = found;
    } else {
      cpex_step_print(call, CPEX_OUTPUT_STREAM_STDERR, "the artefact %s is missing\n", found.key.ptr);
      result.exit_code = EXIT_MISSING;
    }
  }
  if (result.exit_code == 0) result.artifacts = (cpex_artifact_list){items, count};
  return result;
}

static cpex_step_result on_shell(cpex_call *call, const cpex_step_input *input) {
  cpex_step_result result = {.exit_code = 0};
  const cpex_json *commands;
  const cpex_json *artifacts;
  if (!read_args(call, input, &commands, &artifacts)) return result;
  if (input->cache.tag == CPEX_CACHE_DECISION_HIT) {
    cpex_step_print(call, CPEX_OUTPUT_STREAM_STDOUT, "cached: %s\n", input->cache.as.hit.tag.ptr);
    return result;
  }
  if (cpex_json_count(commands) == 0 && cpex_json_count(artifacts) == 0) return result;
  const char *folder = workspace_make(call);
  if (folder == NULL) return result;
  if (archive_unpack(call, input->workspace_archive_id, folder)) {
    if (workspace_has_folder(call, folder, input->workdir)) {
      result.exit_code = run_commands(call, input, commands, folder);
      if (result.exit_code == 0) result = find_artifacts(call, artifacts, folder);
    } else {
      cpex_fail(call, "invalid_args", "workdir is no folder of the workspace");
    }
  }
  workspace_remove(folder);
  return result;
}
#endif

const cpex_plugin cpex_plugin_definition = {
    .steps =
        (const cpex_runner[]){
            {.runner = "shell", .step_schema = step_schema, .run = on_shell},
            CPEX_END,
        },
};
