use std::pin::Pin;

use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use crate::cpex::log;
use crate::cpex::pb::greeter::v1 as api;

/// Answers for `greeter.v1.Greeter`.
pub struct Service;

#[tonic::async_trait]
impl api::greeter_server::Greeter for Service {
    type GreetEachStream = Pin<Box<dyn Stream<Item = Result<api::GreetReply, Status>> + Send>>;

    /// Answers with a greeting.
    async fn greet(
        &self,
        request: Request<api::GreetRequest>,
    ) -> Result<Response<api::GreetReply>, Status> {
        greeting(request.get_ref()).map(Response::new)
    }

    /// Greets everyone that comes, one reply for each request.
    async fn greet_each(
        &self,
        requests: Request<Streaming<api::GreetRequest>>,
    ) -> Result<Response<Self::GreetEachStream>, Status> {
        let replies = requests.into_inner().map(|request| greeting(&request?));
        Ok(Response::new(Box::pin(replies)))
    }
}

fn greeting(request: &api::GreetRequest) -> Result<api::GreetReply, Status> {
    let name = &request.name;
    if name.is_empty() {
        return Err(Status::invalid_argument("name is empty"));
    }
    log::debug("greeting", &[("name", name)]);
    Ok(api::GreetReply {
        text: format!("Hello, {name}!"),
    })
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    use super::{Service, api};
    use api::greeter_client::GreeterClient;
    use api::greeter_server::GreeterServer;

    /// Calls the service as the host does, but without a process and a connection.
    fn client() -> GreeterClient<GreeterServer<Service>> {
        GreeterClient::new(GreeterServer::new(Service))
    }

    fn named(name: &str) -> api::GreetRequest {
        api::GreetRequest { name: name.into() }
    }

    #[tokio::test]
    async fn greets() -> Result<(), Status> {
        let reply = client().greet(named("Ada")).await?;
        assert_eq!(reply.get_ref().text, "Hello, Ada!");
        Ok(())
    }

    #[tokio::test]
    async fn wants_a_name() {
        let refused = client().greet(named("")).await;
        assert_eq!(
            refused.map_err(|status| status.code()).err(),
            Some(Code::InvalidArgument)
        );
    }

    #[tokio::test]
    async fn greets_each() -> Result<(), Status> {
        let names = tokio_stream::iter([named("Ada"), named("Grace")]);
        let mut replies = client().greet_each(names).await?.into_inner();
        for name in ["Ada", "Grace"] {
            let reply = replies.message().await?.map(|reply| reply.text);
            assert_eq!(reply, Some(format!("Hello, {name}!")));
        }
        assert_eq!(replies.message().await?, None);
        Ok(())
    }
}
