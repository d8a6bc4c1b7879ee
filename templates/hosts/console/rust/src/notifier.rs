// cpex:if notifier
use tonic::{Request, Response, Status};

use crate::cpex::pb::console::plugin::v1 as api;
use crate::cpex::{PLUGIN_ID, log};

/// Tells somebody what has happened.
pub struct Notifier;

#[tonic::async_trait]
impl api::notifier_service_server::NotifierService for Notifier {
    /// Is asked once.
    async fn name(
        &self,
        _: Request<api::NotifyEmpty>,
    ) -> Result<Response<api::NotifierName>, Status> {
        let name = PLUGIN_ID.into();
        Ok(Response::new(api::NotifierName { name }))
    }

    /// Hears of `component_down`, `component_degraded`, `component_recovered` and `flag_changed`.
    async fn notify(
        &self,
        event: Request<api::Event>,
    ) -> Result<Response<api::NotifyEmpty>, Status> {
        let event = event.get_ref();
        log::info(
            "notified",
            &[("type", &event.r#type), ("title", &event.title)],
        );
        Ok(Response::new(api::NotifyEmpty {}))
    }
}

#[cfg(test)]
mod tests {
    use super::{Notifier, PLUGIN_ID, api};
    use api::notifier_service_client::NotifierServiceClient;
    use api::notifier_service_server::NotifierServiceServer;

    #[tokio::test]
    async fn is_a_notifier() -> Result<(), tonic::Status> {
        let mut client = NotifierServiceClient::new(NotifierServiceServer::new(Notifier));
        let name = client.name(api::NotifyEmpty {}).await?;
        assert_eq!(name.get_ref().name, PLUGIN_ID);
        client
            .notify(api::Event {
                r#type: "component_down".into(),
                ..Default::default()
            })
            .await?;
        Ok(())
    }
}

// cpex:end
