/** What the host calls and offers, written down by hand and not derived from the contract's files. */
export const METHODS = {
  methods: [
    ...['plugin.register', 'plugin.reconfigure', 'model.register', 'model.static', 'model.for_auth', 'auth.identifier'],
    ...['auth.parse', 'auth.login.start', 'auth.login.poll', 'auth.refresh', 'frontend_auth.identifier'],
    ...['frontend_auth.authenticate', 'scheduler.pick', 'model.route', 'executor.identifier', 'executor.execute'],
    ...['executor.execute_stream', 'executor.count_tokens', 'executor.http_request', 'request.translate'],
    ...['request.normalize', 'request.intercept_before', 'request.intercept_after', 'request.complete'],
    ...['response.translate', 'response.normalize_before', 'response.normalize_after', 'response.intercept_after'],
    ...['response.intercept_stream_chunk', 'thinking.identifier', 'thinking.apply', 'usage.handle'],
    ...['command_line.register', 'command_line.execute', 'management.register', 'management.handle'],
  ],
  callbacks: [
    ...['host.log', 'host.http.do', 'host.http.do_stream', 'host.http.stream_read', 'host.http.stream_close'],
    ...['host.model.execute', 'host.model.execute_stream', 'host.model.stream_read', 'host.model.stream_close'],
    ...['host.stream.emit', 'host.stream.close', 'host.auth.list', 'host.auth.get', 'host.auth.get_runtime'],
    ...['host.auth.save'],
  ],
};

export const EVERY_REQUEST = {
  withCallbackId: [
    ...['model.for_auth', 'auth.login.start', 'auth.login.poll', 'auth.refresh', 'model.route', 'executor.execute'],
    ...['executor.execute_stream', 'executor.count_tokens', 'executor.http_request', 'request.intercept_before'],
    ...['request.intercept_after', 'request.complete', 'response.intercept_after', 'response.intercept_stream_chunk'],
    ...['thinking.apply', 'management.handle'],
  ],
};

const ZERO_TIME = '"0001-01-01T00:00:00Z"';
const PLUGIN = '{"Name":"","Version":"","Author":"","GitHubRepository":"","Logo":"","ConfigFields":null}';
const HOST = '{"AuthDir":"","ProxyURL":"","ForceModelPrefix":false,"OAuthModelAlias":null,"ExcludedModels":null}';
const EXECUTE =
  '{"AuthID":"","AuthProvider":"","Model":"","Format":"","Stream":false,"Alt":"","Headers":null,"Query":null,' +
  '"OriginalRequest":null,"SourceFormat":"","Payload":null,"Metadata":null,"StorageJSON":null,"AuthMetadata":null,' +
  '"AuthAttributes":null}';
const MODEL =
  '{"ID":"","Object":"","Created":0,"OwnedBy":"","Type":"","DisplayName":"","Name":"","Version":"","Description":"",' +
  '"InputTokenLimit":0,"OutputTokenLimit":0,"SupportedGenerationMethods":null,"ContextLength":0,' +
  '"MaxCompletionTokens":0,"SupportedParameters":null,"SupportedInputModalities":null,' +
  '"SupportedOutputModalities":null,"Thinking":null,"UserDefined":false}';

/** Requests of which nothing is known, as the host writes them. */
export const REQUESTS: Readonly<Record<string, string>> = {
  'plugin.register': '{"config_yaml":null,"schema_version":0}',
  'auth.identifier': '{}',
  'model.static': `{"Plugin":${PLUGIN},"Host":${HOST}}`,
  'model.for_auth': `{"Plugin":${PLUGIN},"AuthID":"","AuthProvider":"","StorageJSON":null,"Metadata":null,"Attributes":null,"Host":${HOST}}`,
  'auth.parse': `{"Provider":"","Path":"","FileName":"","RawJSON":null,"Host":${HOST}}`,
  'auth.login.start': `{"Provider":"","BaseURL":"","Host":${HOST},"Metadata":null}`,
  'frontend_auth.authenticate': '{"Method":"","Path":"","Headers":null,"Query":null,"Body":null}',
  'scheduler.pick': `{"Plugin":${PLUGIN},"Provider":"","Providers":null,"Model":"","Stream":false,"Options":{"Headers":null,"Metadata":null},"Candidates":null}`,
  'model.route': `{"Plugin":${PLUGIN},"PluginID":"","SourceFormat":"","RequestedModel":"","Stream":false,"Headers":null,"Query":null,"Body":null,"Metadata":null,"AvailableProviders":null}`,
  'executor.execute': EXECUTE,
  'executor.execute_stream': EXECUTE,
  'executor.http_request':
    '{"AuthID":"","AuthProvider":"","Method":"","URL":"","Headers":null,"Body":null,"StorageJSON":null,"Metadata":null,"Attributes":null}',
  'request.translate': '{"FromFormat":"","ToFormat":"","Model":"","Stream":false,"Body":null}',
  'request.intercept_before':
    '{"RequestID":"","TraceID":"","SourceFormat":"","ToFormat":"","Model":"","RequestedModel":"","Stream":false,"Headers":null,"Body":null,"Metadata":null}',
  'request.complete': `{"RequestID":"","TraceID":"","SourceFormat":"","Model":"","RequestedModel":"","Stream":false,"Outcome":"","StatusCode":0,"Error":"","StartedAt":${ZERO_TIME},"CompletedAt":${ZERO_TIME},"Metadata":null}`,
  'response.translate':
    '{"FromFormat":"","ToFormat":"","Model":"","Stream":false,"OriginalRequest":null,"TranslatedRequest":null,"Body":null}',
  'response.intercept_after':
    '{"RequestID":"","SourceFormat":"","Model":"","RequestedModel":"","Stream":false,"RequestHeaders":null,"ResponseHeaders":null,"OriginalRequest":null,"RequestBody":null,"Body":null,"StatusCode":0,"Metadata":null}',
  'response.intercept_stream_chunk':
    '{"RequestID":"","SourceFormat":"","Model":"","RequestedModel":"","RequestHeaders":null,"ResponseHeaders":null,"OriginalRequest":null,"RequestBody":null,"Body":null,"HistoryChunks":null,"ChunkIndex":0,"Metadata":null}',
  'thinking.apply': `{"Provider":"","Model":${MODEL},"Config":{"Mode":"","Budget":0,"Level":""},"Body":null}`,
  'usage.handle': `{"Provider":"","ExecutorType":"","Model":"","Alias":"","APIKey":"","AuthID":"","AuthIndex":"","AuthType":"","Source":"","ReasoningEffort":"","ServiceTier":"","Generate":false,"RequestedAt":${ZERO_TIME},"Latency":0,"TTFT":0,"Failed":false,"Failure":{"StatusCode":0,"Body":""},"Detail":{"InputTokens":0,"OutputTokens":0,"ReasoningTokens":0,"CachedTokens":0,"CacheReadTokens":0,"CacheCreationTokens":0,"TotalTokens":0},"ResponseHeaders":null}`,
  'command_line.execute': `{"Plugin":${PLUGIN},"Program":"","Args":null,"ConfigPath":"","Host":${HOST},"Flags":null,"TriggeredFlags":null}`,
  'management.register': `{"Plugin":${PLUGIN},"BasePath":"","ResourceBasePath":""}`,
  'management.handle': '{"Method":"","Path":"","Headers":null,"Query":null,"Body":null}',
};

/** Keys of results, in the order of the contract. */
export const RESULTS: Readonly<Record<string, readonly string[]>> = {
  'plugin.register': ['schema_version', 'metadata', 'capabilities'],
  'model.register': ['Provider', 'Models'],
  'model.for_auth': ['Provider', 'Models', 'AuthUpdate'],
  'auth.parse': ['Handled', 'Auth', 'Auths'],
  'auth.login.start': ['Provider', 'URL', 'State', 'ExpiresAt', 'Metadata'],
  'auth.login.poll': ['Status', 'Message', 'Auth', 'Auths'],
  'auth.refresh': ['Auth', 'NextRefreshAfter'],
  'scheduler.pick': ['Handled', 'AuthID', 'DelegateBuiltin'],
  'model.route': ['Handled', 'TargetKind', 'Target', 'TargetModel', 'Reason'],
  'executor.execute': ['Payload', 'Headers', 'Metadata'],
  'executor.execute_stream': ['headers', 'chunks'],
  'executor.http_request': ['StatusCode', 'Headers', 'Body'],
  'request.normalize': ['Body'],
  'request.intercept_after': [
    ...['Headers', 'Body', 'ClearHeaders', 'Terminate', 'StatusCode', 'ResponseHeaders', 'ResponseBody'],
  ],
  'request.complete': [],
  'response.intercept_stream_chunk': ['Headers', 'Body', 'ClearHeaders', 'DropChunk'],
  'command_line.register': ['Flags'],
  'command_line.execute': ['Stdout', 'Stderr', 'Auths', 'ExitCode'],
  'management.register': ['routes', 'resources'],
  'management.handle': ['StatusCode', 'Headers', 'Body'],
  'host.http.do': ['StatusCode', 'Headers', 'Body'],
  'host.http.do_stream': ['status_code', 'headers', 'stream_id'],
  'host.http.stream_read': ['payload', 'error', 'done'],
  'host.model.execute': ['status_code', 'headers', 'body'],
  'host.model.execute_stream': ['status_code', 'headers', 'stream_id'],
  'host.auth.list': ['files'],
  'host.auth.get': ['auth_index', 'name', 'path', 'json'],
  'host.auth.save': ['name', 'path'],
};
