// Package pluginapi mirrors types of the cliproxy contract under the names that Go's error texts give them.
package pluginapi

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

type ConfigFieldType string
type ExecutorModelScope string

type Metadata struct {
	Name, Version, Author, GitHubRepository, Logo string
	ConfigFields                                  []ConfigField
}

type ConfigField struct {
	Name        string
	Type        ConfigFieldType
	EnumValues  []string
	Description string
}

type ModelAlias struct{ Name, Alias string }

type HostConfigSummary struct {
	AuthDir, ProxyURL string
	ForceModelPrefix  bool
	OAuthModelAlias   map[string][]ModelAlias
	ExcludedModels    map[string][]string
}

type AuthData struct {
	Provider, ID, FileName, Label, Prefix, ProxyURL string
	Disabled                                        bool
	StorageJSON                                     []byte
	Metadata                                        map[string]any
	Attributes                                      map[string]string
	NextRefreshAfter                                time.Time
}

type AuthParseResponse struct {
	Handled bool
	Auth    AuthData
	Auths   []AuthData
}

type ThinkingSupport struct {
	Min, Max                    int
	ZeroAllowed, DynamicAllowed bool
	Levels                      []string
}

type ModelInfo struct {
	ID, Object                                                               string
	Created                                                                  int64
	OwnedBy, Type, DisplayName, Name, Version, Description                   string
	InputTokenLimit, OutputTokenLimit                                        int64
	SupportedGenerationMethods                                               []string
	ContextLength, MaxCompletionTokens                                       int64
	SupportedParameters, SupportedInputModalities, SupportedOutputModalities []string
	Thinking                                                                 *ThinkingSupport
	UserDefined                                                              bool
}

type ModelRegistrationResponse struct {
	Provider string
	Models   []ModelInfo
}

type UsageFailure struct {
	StatusCode int64
	Body       string
}

type UsageDetail struct {
	InputTokens, OutputTokens, ReasoningTokens, CachedTokens, CacheReadTokens, CacheCreationTokens, TotalTokens int64
}

type UsageHandleRequest struct {
	Provider, ExecutorType, Model, Alias, APIKey, AuthID, AuthIndex, AuthType, Source, ReasoningEffort, ServiceTier string
	Generate                                                                                                        bool
	RequestedAt                                                                                                     time.Time
	Latency, TTFT                                                                                                   int64
	Failed                                                                                                          bool
	Failure                                                                                                         UsageFailure
	Detail                                                                                                          UsageDetail
	ResponseHeaders                                                                                                 map[string][]string
}

type CommandLineFlagValue struct {
	Name, Type, Value string
	Set               bool
}

type CommandLineExecuteRequest struct {
	Plugin         Metadata
	Program        string
	Args           []string
	ConfigPath     string
	Host           HostConfigSummary
	Flags          map[string]CommandLineFlagValue
	TriggeredFlags map[string]CommandLineFlagValue
}

type CommandLineExecutionResponse struct {
	Stdout, Stderr []byte
	Auths          []AuthData
	ExitCode       int
}

type AuthListResult struct {
	Files []AuthFile `json:"files"`
}

type RegisterRequest struct {
	ConfigYAML    []byte `json:"config_yaml"`
	SchemaVersion uint32 `json:"schema_version"`
}

type HostAuthSaveRequest struct {
	Name string          `json:"name"`
	JSON json.RawMessage `json:"json"`
}

type RecentRequest struct {
	Time    string `json:"time"`
	Success int64  `json:"success"`
	Failed  int64  `json:"failed"`
}

type AuthFile struct {
	ID             string          `json:"id,omitempty"`
	AuthIndex      string          `json:"auth_index,omitempty"`
	Name           string          `json:"name"`
	Type           string          `json:"type,omitempty"`
	Provider       string          `json:"provider,omitempty"`
	Label          string          `json:"label,omitempty"`
	Status         string          `json:"status,omitempty"`
	StatusMessage  string          `json:"status_message,omitempty"`
	Disabled       bool            `json:"disabled,omitempty"`
	Unavailable    bool            `json:"unavailable,omitempty"`
	RuntimeOnly    bool            `json:"runtime_only,omitempty"`
	Source         string          `json:"source,omitempty"`
	Path           string          `json:"path,omitempty"`
	Size           int64           `json:"size,omitempty"`
	ModTime        time.Time       `json:"modtime,omitempty"`
	UpdatedAt      time.Time       `json:"updated_at,omitempty"`
	CreatedAt      time.Time       `json:"created_at,omitempty"`
	LastRefresh    time.Time       `json:"last_refresh,omitempty"`
	NextRetryAfter time.Time       `json:"next_retry_after,omitempty"`
	Email          string          `json:"email,omitempty"`
	ProjectID      string          `json:"project_id,omitempty"`
	AccountType    string          `json:"account_type,omitempty"`
	Account        string          `json:"account,omitempty"`
	Priority       int64           `json:"priority,omitempty"`
	Note           string          `json:"note,omitempty"`
	Websockets     bool            `json:"websockets,omitempty"`
	Success        int64           `json:"success,omitempty"`
	Failed         int64           `json:"failed,omitempty"`
	RecentRequests []RecentRequest `json:"recent_requests,omitempty"`
}

type ExecutorStreamRequest struct {
	AuthID, AuthProvider, Model, Format string
	Stream                              bool
	Alt                                 string
	Headers                             map[string][]string
	Query                               map[string][]string
	OriginalRequest                     []byte
	SourceFormat                        string
	Payload                             []byte
	Metadata                            map[string]any
	StorageJSON                         []byte
	AuthMetadata                        map[string]any
	AuthAttributes                      map[string]string
	StreamID                            string `json:"stream_id,omitempty"`
	HostCallbackID                      string `json:"host_callback_id,omitempty"`
}

type ExecutorStreamChunk struct {
	Payload []byte
	Err     error
}

type HostModelExecutionRequest struct {
	EntryProtocol string      `json:"entry_protocol"`
	ExitProtocol  string      `json:"exit_protocol"`
	Model         string      `json:"model"`
	Stream        bool        `json:"stream"`
	Body          []byte      `json:"body"`
	Headers       http.Header `json:"headers,omitempty"`
	Query         url.Values  `json:"query,omitempty"`
	Alt           string      `json:"alt,omitempty"`
}

type Inner struct {
	Task string
	Kind int64
	List []int32
}

// Odd has what the contract's types have not, and keys that fold in unusual ways.
type Odd struct {
	Small    int32             `json:"small"`
	Unsigned uint32            `json:"unsigned,omitempty"`
	Large    uint64            `json:"large"`
	Float    float64           `json:"float"`
	Maybe    float64           `json:"maybe,omitempty"`
	Any      any               `json:"any"`
	Bytes    [][]byte          `json:"bytes"`
	Grid     [][]Inner         `json:"grid"`
	Structs  map[string]Inner  `json:"structs"`
	ByteMap  map[string][]byte `json:"byte_map,omitempty"`
	Inner    *Inner            `json:"inner,omitempty"`
	Task     string
	Kind     string
	KIND     string
	Flag     bool      `json:"flag,omitempty"`
	At       time.Time `json:"at,omitempty"`
	Raw      json.RawMessage
	Err      error
}
