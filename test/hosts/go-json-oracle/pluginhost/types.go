// Package pluginhost mirrors the types that the host keeps to itself.
package pluginhost

import (
	"net/http"

	"oracle/pluginapi"
)

type rpcCapabilities struct {
	ModelRegistrar                bool                         `json:"model_registrar,omitempty"`
	ModelProvider                 bool                         `json:"model_provider,omitempty"`
	AuthProvider                  bool                         `json:"auth_provider,omitempty"`
	FrontendAuthProvider          bool                         `json:"frontend_auth_provider,omitempty"`
	FrontendAuthProviderExclusive bool                         `json:"frontend_auth_provider_exclusive,omitempty"`
	Scheduler                     bool                         `json:"scheduler,omitempty"`
	ModelRouter                   bool                         `json:"model_router,omitempty"`
	Executor                      bool                         `json:"executor,omitempty"`
	ExecutorModelScope            pluginapi.ExecutorModelScope `json:"executor_model_scope,omitempty"`
	ExecutorInputFormats          []string                     `json:"executor_input_formats,omitempty"`
	ExecutorOutputFormats         []string                     `json:"executor_output_formats,omitempty"`
	RequestTranslator             bool                         `json:"request_translator,omitempty"`
	RequestNormalizer             bool                         `json:"request_normalizer,omitempty"`
	RequestInterceptor            bool                         `json:"request_interceptor,omitempty"`
	RequestLifecyclePlugin        bool                         `json:"request_lifecycle_plugin,omitempty"`
	ResponseTranslator            bool                         `json:"response_translator,omitempty"`
	ResponseBeforeTranslator      bool                         `json:"response_before_translator,omitempty"`
	ResponseAfterTranslator       bool                         `json:"response_after_translator,omitempty"`
	ResponseInterceptor           bool                         `json:"response_interceptor,omitempty"`
	StreamChunkInterceptor        bool                         `json:"response_stream_interceptor,omitempty"`
	ThinkingApplier               bool                         `json:"thinking_applier,omitempty"`
	UsagePlugin                   bool                         `json:"usage_plugin,omitempty"`
	CommandLinePlugin             bool                         `json:"command_line_plugin,omitempty"`
	ManagementAPI                 bool                         `json:"management_api,omitempty"`
}

type rpcRegistration struct {
	SchemaVersion uint32             `json:"schema_version"`
	Metadata      pluginapi.Metadata `json:"metadata"`
	Capabilities  rpcCapabilities    `json:"capabilities"`
}

type rpcExecutorStreamResponse struct {
	Headers http.Header                     `json:"headers"`
	Chunks  []pluginapi.ExecutorStreamChunk `json:"chunks,omitempty"`
}

type rpcHostModelExecutionRequest struct {
	pluginapi.HostModelExecutionRequest
	HostCallbackID string `json:"host_callback_id,omitempty"`
}

// The host's own names are not exported; these lead to them.
type (
	Registration              = rpcRegistration
	ExecutorStreamResponse    = rpcExecutorStreamResponse
	HostModelExecutionRequest = rpcHostModelExecutionRequest
)
