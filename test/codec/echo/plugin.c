/* Reads each payload as its type and hands it back as it wrote it anew. */
#include "cpex/cpex.h"

static cpex_verdict on_cmf_llm_input(cpex_call *call, const cpex_cmf_llm_input_payload *payload) {
  return cpex_modify(call, cpex_message_payload_json(cpex_memory(call), payload));
}

static cpex_verdict on_tool_pre_invoke(cpex_call *call, const cpex_tool_pre_invoke_payload *payload) {
  return cpex_modify(call, cpex_tool_pre_invoke_payload_json(cpex_memory(call), payload));
}

static cpex_verdict on_http_post_request(cpex_call *call, const cpex_http_post_request_payload *payload) {
  return cpex_modify(call, cpex_http_post_request_payload_json(cpex_memory(call), payload));
}

const cpex_plugin cpex_plugin_definition = {
    .hooks =
        (const cpex_hook[]){
            CPEX_ON_CMF_LLM_INPUT(on_cmf_llm_input),
            CPEX_ON_TOOL_PRE_INVOKE(on_tool_pre_invoke),
            CPEX_ON_HTTP_POST_REQUEST(on_http_post_request),
            CPEX_END,
        },
};
