package main

import "sample-plugin/internal/cpex"

func init() {
	// One handler for each capability of cpex.yaml.
	cpex.Serve(
		// cpex:if model_registrar
		modelRegistrar{},
		// cpex:end
		// cpex:if model_provider
		modelProvider{},
		// cpex:end
		// cpex:if auth_provider
		authProvider{},
		// cpex:end
		// cpex:if frontend_auth_provider
		frontendAuthProvider{},
		// cpex:end
		// cpex:if scheduler
		scheduler{},
		// cpex:end
		// cpex:if model_router
		modelRouter{},
		// cpex:end
		// cpex:if executor
		executor{},
		// cpex:end
		// cpex:if request_translator
		requestTranslator{},
		// cpex:end
		// cpex:if request_normalizer
		requestNormalizer{},
		// cpex:end
		// cpex:if request_interceptor
		requestInterceptor{},
		// cpex:end
		// cpex:if request_lifecycle_plugin
		requestLifecyclePlugin{},
		// cpex:end
		// cpex:if response_translator
		responseTranslator{},
		// cpex:end
		// cpex:if response_before_translator
		responseBeforeTranslator{},
		// cpex:end
		// cpex:if response_after_translator
		responseAfterTranslator{},
		// cpex:end
		// cpex:if response_interceptor
		responseInterceptor{},
		// cpex:end
		// cpex:if response_stream_interceptor
		responseStreamInterceptor{},
		// cpex:end
		// cpex:if thinking_applier
		thinkingApplier{},
		// cpex:end
		// cpex:if usage_plugin
		usagePlugin{},
		// cpex:end
		// cpex:if command_line_plugin
		commandLinePlugin{},
		// cpex:end
		// cpex:if management_api
		managementAPI{},
		// cpex:end
	)
}
