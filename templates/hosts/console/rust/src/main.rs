//! A plugin for Console, which starts it. By hand, use `cpex run`.

mod cpex;
// cpex:if llm
mod llm;
// cpex:end
// cpex:if notifier
mod notifier;
// cpex:end
// cpex:if status_provider
mod status_provider;
// cpex:end
// cpex:if store
mod store;
mod table;
// cpex:end

use std::process::ExitCode;

use cpex::pb::console::plugin::v1 as api;

fn main() -> ExitCode {
    cpex::serve(|seams| {
        // cpex:if llm
        seams.add_service(api::llm_service_server::LlmServiceServer::new(llm::Llm));
        // cpex:end
        // cpex:if notifier
        seams.add_service(api::notifier_service_server::NotifierServiceServer::new(
            notifier::Notifier,
        ));
        // cpex:end
        // cpex:if status_provider
        seams.add_service(
            api::status_provider_service_server::StatusProviderServiceServer::new(
                status_provider::StatusProvider,
            ),
        );
        // cpex:end
        // cpex:if store
        seams.add_service(api::store_service_server::StoreServiceServer::new(
            store::Store::default(),
        ));
        // cpex:end
    })
}
