//! A plugin of go-plugin: the host starts it. By hand, use `cpex run`.

mod cpex;
mod service;

use std::process::ExitCode;

use cpex::pb::greeter::v1::greeter_server as api;

fn main() -> ExitCode {
    cpex::serve(|services| {
        services.add_service(api::GreeterServer::new(service::Service));
    })
}
