import protobuf from 'protobufjs';

/** The services that go-plugin's hosts and plugins have beside those of the application. */
const PROTO = `
syntax = "proto3";
package cpex;
message Empty {}
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
message StdioData {
  enum Channel { INVALID = 0; STDOUT = 1; STDERR = 2; }
  Channel channel = 1;
  bytes data = 2;
}
message ConnInfo {
  message Knock { bool knock = 1; bool ack = 2; string error = 3; }
  uint32 service_id = 1;
  string network = 2;
  string address = 3;
  Knock knock = 4;
}
message ServerReflectionRequest {
  string host = 1;
  oneof message_request {
    string file_by_filename = 3;
    string file_containing_symbol = 4;
    string list_services = 7;
  }
}
message ServerReflectionResponse {
  string valid_host = 1;
  oneof message_response {
    FileDescriptorResponse file_descriptor_response = 4;
    ListServiceResponse list_services_response = 6;
    ErrorResponse error_response = 7;
  }
}
message FileDescriptorResponse { repeated bytes file_descriptor_proto = 1; }
message ListServiceResponse { repeated ServiceResponse service = 1; }
message ServiceResponse { string name = 1; }
message ErrorResponse { int32 error_code = 1; string error_message = 2; }
message FileDescriptorProto { string name = 1; string package = 2; repeated string dependency = 3; }
`;

/** Shapes of these messages; fields that a message lacks have their zero value once it is read. */
export interface Messages {
  Empty: Record<string, never>;
  HealthCheckResponse: { status: number };
  StdioData: { channel: number; data: Uint8Array };
  ConnInfo: { service_id: number; network: string; address: string; knock?: unknown };
  ServerReflectionRequest: {
    host?: string;
    file_by_filename?: string;
    file_containing_symbol?: string;
    list_services?: string;
  };
  ServerReflectionResponse: {
    file_descriptor_response?: { file_descriptor_proto: Uint8Array[] };
    list_services_response?: { service: { name: string }[] };
    error_response?: { error_code: number; error_message: string };
  };
  FileDescriptorProto: { name: string; package: string; dependency: string[] };
}

let root: protobuf.Root | undefined;

function typeOf(name: keyof Messages): protobuf.Type {
  root ??= protobuf.parse(PROTO, { keepCase: true }).root;
  return root.lookupType(`cpex.${name}`);
}

/** Writes one of these messages. */
export function encode<Name extends keyof Messages>(name: Name, message: Messages[Name]): Uint8Array {
  const type = typeOf(name);
  return type.encode(type.fromObject(message)).finish();
}

/** Reads one of these messages. Throws where the bytes are no such message. */
export function decode<Name extends keyof Messages>(name: Name, bytes: Uint8Array): Messages[Name] {
  const type = typeOf(name);
  return type.toObject(type.decode(bytes), { arrays: true, defaults: true }) as Messages[Name];
}

/** go-plugin's names of these services' methods. */
export const METHODS = {
  health: 'grpc.health.v1.Health/Check',
  shutdown: 'plugin.GRPCController/Shutdown',
  stdio: 'plugin.GRPCStdio/StreamStdio',
  broker: 'plugin.GRPCBroker/StartStream',
} as const;

/** Asks for the health of a plugin by the name that go-plugin gives it: `service` is `plugin`. */
export const HEALTH_REQUEST: Uint8Array = Buffer.from('\n\x06plugin', 'latin1');
