/* Allows and denies tools and resources by rules; the first rule that matches decides. */
#include "cpex/cpex.h"

/* What is asked for: a tool or a resource. */
typedef struct entity {
  /* "tool" or "resource": the key of a rule that is about it. */
  const char *kind;
  cpex_str name;
} entity;

/* ---- configuration ---- */

static bool is_one_of(cpex_str text, const char *const *words) {
  while (*words != NULL && !cpex_is(text, *words)) words++;
  return *words != NULL;
}

static bool is_effect(const cpex_json *value) {
  return is_one_of(cpex_json_string(value), (const char *const[]){"allow", "deny", NULL});
}

/* Messages name rules and keys, never their values: a configuration may hold secrets. */
static void check_rule(cpex_call *call, const cpex_json *rule, int number) {
  static const char *const keys[] = {"effect", "tool", "resource", "role", "label", "reason", NULL};
  if (cpex_json_type_of(rule) != CPEX_JSON_OBJECT) {
    cpex_fail(call, "invalid_config", "rule %d must be an object", number);
    return;
  }
  if (!is_effect(cpex_json_get(rule, cpex_text("effect")))) {
    cpex_fail(call, "invalid_config", "the effect of rule %d must be allow or deny", number);
  }
  for (const cpex_json *one = cpex_json_first(rule); one != NULL; one = cpex_json_next(one)) {
    if (!is_one_of(cpex_json_key(one), keys)) {
      cpex_fail(call, "invalid_config", "rule %d has a key that is not known", number);
    } else if (cpex_json_type_of(one) != CPEX_JSON_STRING) {
      cpex_fail(call, "invalid_config", "%s of rule %d must be a text", cpex_json_key(one).ptr, number);
    }
  }
}

static void configure(cpex_call *call, const cpex_json *config) {
  const cpex_json *fallback = cpex_json_get(config, cpex_text("default"));
  const cpex_json *rules = cpex_json_get(config, cpex_text("rules"));
  int number = 0;
  for (const cpex_json *one = cpex_json_first(config); one != NULL; one = cpex_json_next(one)) {
    if (is_one_of(cpex_json_key(one), (const char *const[]){"default", "rules", NULL})) continue;
    cpex_fail(call, "invalid_config", "there is a key that is not known; known are default and rules");
  }
  if (fallback != NULL && !is_effect(fallback)) {
    cpex_fail(call, "invalid_config", "default must be allow or deny");
  }
  if (rules != NULL && cpex_json_type_of(rules) != CPEX_JSON_ARRAY) {
    cpex_fail(call, "invalid_config", "rules must be a list");
  }
  for (const cpex_json *rule = cpex_json_first(rules); rule != NULL; rule = cpex_json_next(rule)) {
    check_rule(call, rule, ++number);
  }
}

/* ---- rules ---- */

/* Whether a text fits a pattern, in which "*" is any run of characters. Goes back to the latest star only. */
static bool matches(cpex_str pattern, cpex_str text) {
  size_t p = 0;
  size_t t = 0;
  size_t after_star = SIZE_MAX;
  size_t star_end = 0;
  while (t < text.len) {
    if (p < pattern.len && pattern.ptr[p] == '*') {
      after_star = ++p;
      star_end = t;
    } else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
      p++;
      t++;
    } else if (after_star != SIZE_MAX) {
      p = after_star;
      t = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.len && pattern.ptr[p] == '*') p++;
  return p == pattern.len;
}

static bool contains(cpex_text_list list, cpex_str text) {
  for (size_t i = 0; i < list.count; i++) {
    if (cpex_equal(list.items[i], text)) return true;
  }
  return false;
}

/* Whether all that a rule names holds. What the host does not show to the plugin does not hold. */
static bool applies(const cpex_json *rule, const entity *what, const cpex_security_extension *security) {
  cpex_str role = cpex_json_string(cpex_json_get(rule, cpex_text("role")));
  cpex_str label = cpex_json_string(cpex_json_get(rule, cpex_text("label")));
  for (size_t i = 0; i < 2; i++) {
    const char *kind = i == 0 ? "tool" : "resource";
    const cpex_json *pattern = cpex_json_get(rule, cpex_text(kind));
    if (pattern == NULL) continue;
    if (strcmp(kind, what->kind) != 0 || !matches(cpex_json_string(pattern), what->name)) return false;
  }
  if (role.ptr != NULL && !contains(security->subject.roles, role)) return false;
  return label.ptr == NULL || contains(security->labels, label);
}

static cpex_verdict deny(cpex_call *call, const entity *what, cpex_str reason, int number) {
  cpex_arena *memory = cpex_memory(call);
  cpex_verdict verdict = cpex_deny("policy_denied", reason.ptr);
  cpex_json *details = cpex_json_new_object(memory);
  if (number > 0) cpex_json_set(memory, details, cpex_text("rule"), cpex_json_new_int64(memory, number));
  cpex_json_set(memory, details, cpex_text(what->kind), cpex_json_new_string(memory, what->name));
  verdict.violation.details = details;
  return verdict;
}

static cpex_verdict decide(cpex_call *call, const entity *what) {
  const cpex_security_extension *security = &cpex_call_extensions(call)->security;
  const cpex_json *rules = cpex_json_get(cpex_config(call), cpex_text("rules"));
  cpex_str fallback = cpex_json_string(cpex_json_get(cpex_config(call), cpex_text("default")));
  int number = 0;
  for (const cpex_json *rule = cpex_json_first(rules); rule != NULL; rule = cpex_json_next(rule)) {
    number++;
    if (!applies(rule, what, security)) continue;
    if (cpex_is(cpex_json_string(cpex_json_get(rule, cpex_text("effect"))), "allow")) return cpex_allow();
    cpex_str reason = cpex_json_string(cpex_json_get(rule, cpex_text("reason")));
    return deny(call, what, reason.len > 0 ? reason : cpex_textf(call, "denied by rule %d", number), number);
  }
  return cpex_is(fallback, "deny") ? deny(call, what, cpex_text("denied by default"), 0) : cpex_allow();
}

/* ---- hooks ---- */

static cpex_verdict on_tool_pre_invoke(cpex_call *call, const cpex_tool_pre_invoke_payload *payload) {
  return decide(call, &(entity){"tool", payload->name});
}

/* A message is denied when any of the tool calls in it is. */
static cpex_verdict on_cmf_tool_pre_invoke(cpex_call *call, const cpex_cmf_tool_pre_invoke_payload *payload) {
  cpex_content_part_list parts = payload->message.content;
  for (size_t i = 0; i < parts.count; i++) {
    const cpex_tool_call_part *part = cpex_content_part_tool_call(&parts.items[i]);
    if (part == NULL) continue;
    cpex_verdict verdict = decide(call, &(entity){"tool", part->content.name});
    if (!verdict.continue_processing) return verdict;
  }
  return cpex_allow();
}

static cpex_verdict on_resource_pre_fetch(cpex_call *call, const cpex_resource_pre_fetch_payload *payload) {
  return decide(call, &(entity){"resource", payload->uri});
}

const cpex_plugin cpex_plugin_definition = {
    .hooks =
        (const cpex_hook[]){
            CPEX_ON_TOOL_PRE_INVOKE(on_tool_pre_invoke),
            CPEX_ON_CMF_TOOL_PRE_INVOKE(on_cmf_tool_pre_invoke),
            CPEX_ON_RESOURCE_PRE_FETCH(on_resource_pre_fetch),
            CPEX_END,
        },
    .configure = configure,
};
