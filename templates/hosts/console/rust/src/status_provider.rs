// cpex:if status_provider
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tonic::{Request, Response, Status};

use crate::cpex::PLUGIN_ID;
use crate::cpex::pb::console::plugin::v1 as api;

/// Looks how components are.
pub struct StatusProvider;

#[tonic::async_trait]
impl api::status_provider_service_server::StatusProviderService for StatusProvider {
    /// Is asked once.
    async fn name(
        &self,
        _: Request<api::StatusEmpty>,
    ) -> Result<Response<api::StatusName>, Status> {
        let name = PLUGIN_ID.into();
        Ok(Response::new(api::StatusName { name }))
    }

    /// Looks at one component; Console takes an error for an unknown state.
    async fn check(
        &self,
        component: Request<api::StatusComponent>,
    ) -> Result<Response<api::StatusCheck>, Status> {
        let component = component.into_inner();
        if component.key.is_empty() {
            return Err(Status::invalid_argument("the component has no key"));
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let began = Instant::now();
        // Look at the component here; its settings are in component.config.
        Ok(Response::new(api::StatusCheck {
            component: component.key,
            state: 0,
            message: "not looked at yet".into(),
            latency_nanos: nanos(began.elapsed()),
            checked_at_unix_nano: nanos(now),
        }))
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{StatusProvider, api};
    use api::status_provider_service_client::StatusProviderServiceClient;
    use api::status_provider_service_server::StatusProviderServiceServer;

    #[tokio::test]
    async fn checks_a_component() -> Result<(), tonic::Status> {
        let server = StatusProviderServiceServer::new(StatusProvider);
        let mut client = StatusProviderServiceClient::new(server);
        let component = api::StatusComponent {
            key: "api".into(),
            ..Default::default()
        };
        let check = client.check(component).await?.into_inner();
        assert_eq!(check.component, "api");
        assert!(check.checked_at_unix_nano > 0);
        Ok(())
    }
}

// cpex:end
