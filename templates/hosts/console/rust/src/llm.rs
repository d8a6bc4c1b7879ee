// cpex:if llm
use tonic::{Request, Response, Status};

use crate::cpex::PLUGIN_ID;
use crate::cpex::pb::console::plugin::v1 as api;

/// Runs a language model.
pub struct Llm;

#[tonic::async_trait]
impl api::llm_service_server::LlmService for Llm {
    /// Is asked once.
    async fn name(&self, _: Request<api::LlmEmpty>) -> Result<Response<api::LlmName>, Status> {
        let name = PLUGIN_ID.into();
        Ok(Response::new(api::LlmName { name }))
    }

    /// Answers the last message. Call your model here.
    async fn complete(
        &self,
        request: Request<api::CompleteRequest>,
    ) -> Result<Response<api::CompleteResponse>, Status> {
        let Some(last) = request.get_ref().messages.last() else {
            return Err(Status::invalid_argument("there is no message to answer"));
        };
        let text = format!("You said: {}", last.text);
        Ok(Response::new(api::CompleteResponse { text }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Llm, api};
    use api::llm_service_client::LlmServiceClient;
    use api::llm_service_server::LlmServiceServer;

    #[tokio::test]
    async fn answers_the_last_message() -> Result<(), tonic::Status> {
        let mut client = LlmServiceClient::new(LlmServiceServer::new(Llm));
        let said = |text: &str| api::LlmMessage {
            role: "user".into(),
            text: text.into(),
        };
        let messages = vec![said("Hello"), said("Goodbye")];
        let request = api::CompleteRequest {
            messages,
            ..Default::default()
        };
        let answer = client.complete(request).await?;
        assert_eq!(answer.get_ref().text, "You said: Goodbye");
        Ok(())
    }
}

// cpex:end
