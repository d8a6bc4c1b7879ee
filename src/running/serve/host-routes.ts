/** Methods that read and write one setting. */
const SETTING = 'GET PUT PATCH';
const LIST = 'GET PUT PATCH DELETE';

/**
 * Management routes of the host itself, below `/v0/management`. Plugins cannot have these. Routes with
 * parameters (`/plugins/:id/config`) are not here: the path of a plugin has no parameters, and so never is one.
 */
const ROUTES: Readonly<Record<string, string>> = {
  '/ampcode': 'GET',
  '/ampcode/force-model-mappings': SETTING,
  '/ampcode/model-mappings': LIST,
  '/ampcode/restrict-management-to-localhost': SETTING,
  '/ampcode/upstream-api-key': LIST,
  '/ampcode/upstream-api-keys': LIST,
  '/ampcode/upstream-url': LIST,
  '/anthropic-auth-url': 'GET',
  '/antigravity-auth-url': 'GET',
  '/api-call': 'POST',
  '/api-key-usage': 'GET',
  '/api-keys': LIST,
  '/auth-files': 'GET POST DELETE',
  '/auth-files/download': 'GET',
  '/auth-files/fields': 'PATCH',
  '/auth-files/models': 'GET',
  '/auth-files/status': 'PATCH',
  '/claude-api-key': LIST,
  '/codex-api-key': LIST,
  '/codex-auth-url': 'GET',
  '/config': 'GET',
  '/config.yaml': 'GET PUT',
  '/debug': SETTING,
  '/error-logs-max-files': SETTING,
  '/force-model-prefix': SETTING,
  '/gemini-api-key': LIST,
  '/gemini-cli-auth-url': 'GET',
  '/get-auth-status': 'GET',
  '/kimi-auth-url': 'GET',
  '/latest-version': 'GET',
  '/logging-to-file': SETTING,
  '/logs': 'GET DELETE',
  '/logs-max-total-size-mb': SETTING,
  '/max-retry-interval': SETTING,
  '/oauth-callback': 'POST',
  '/oauth-excluded-models': LIST,
  '/oauth-model-alias': LIST,
  '/openai-compatibility': LIST,
  '/plugins': 'GET',
  '/proxy-url': LIST,
  '/quota-exceeded/switch-preview-model': SETTING,
  '/quota-exceeded/switch-project': SETTING,
  '/request-error-logs': 'GET',
  '/request-log': SETTING,
  '/request-retry': SETTING,
  '/routing/strategy': SETTING,
  '/usage-queue': 'GET',
  '/usage-statistics-enabled': SETTING,
  '/vertex-api-key': LIST,
  '/vertex/import': 'POST',
  '/ws-auth': SETTING,
  '/xai-auth-url': 'GET',
};

/** `METHOD /v0/management/…` of every route that the host keeps for itself. */
export function hostRoutes(base: string): ReadonlySet<string> {
  return new Set(
    Object.entries(ROUTES).flatMap(([path, methods]) => methods.split(' ').map((method) => `${method} ${base}${path}`)),
  );
}
