// cpex:if store
use tonic::{Request, Response, Status};

use crate::cpex::pb::console::plugin::v1 as api;
use crate::table::Table;

/// Keeps Console's flags, components and checks in memory: they are gone when the plugin ends.
/// Console knows two errors by their codes, NOT_FOUND and ALREADY_EXISTS.
#[derive(Default)]
pub struct Store {
    flags: Table<api::Flag>,
    components: Table<api::Component>,
    /// The newest check of each component.
    checks: Table<api::Check>,
}

#[tonic::async_trait]
impl api::store_service_server::StoreService for Store {
    async fn create_flag(&self, flag: Request<api::Flag>) -> Done {
        let flag = flag.into_inner();
        done(self.flags.create(&flag.key.clone(), flag))
    }

    async fn get_flag(&self, key: Request<api::Key>) -> Answer<api::Flag> {
        self.flags.get(&key.get_ref().key).map(Response::new)
    }

    async fn list_flags(&self, _: Request<api::Empty>) -> Answer<api::FlagList> {
        let flags = self.flags.list();
        Ok(Response::new(api::FlagList { flags }))
    }

    async fn update_flag(&self, flag: Request<api::Flag>) -> Done {
        let flag = flag.into_inner();
        done(self.flags.update(&flag.key.clone(), flag))
    }

    async fn delete_flag(&self, key: Request<api::Key>) -> Done {
        done(self.flags.remove(&key.get_ref().key))
    }

    async fn create_component(&self, component: Request<api::Component>) -> Done {
        let component = component.into_inner();
        done(self.components.create(&component.key.clone(), component))
    }

    async fn get_component(&self, key: Request<api::Key>) -> Answer<api::Component> {
        self.components.get(&key.get_ref().key).map(Response::new)
    }

    async fn list_components(&self, _: Request<api::Empty>) -> Answer<api::ComponentList> {
        let components = self.components.list();
        Ok(Response::new(api::ComponentList { components }))
    }

    async fn update_component(&self, component: Request<api::Component>) -> Done {
        let component = component.into_inner();
        done(self.components.update(&component.key.clone(), component))
    }

    /// Forgets the checks of the component, too.
    async fn delete_component(&self, key: Request<api::Key>) -> Done {
        let key = &key.get_ref().key;
        self.components.remove(key)?;
        // A component that was never checked has none.
        let _ = self.checks.remove(key);
        done(Ok(()))
    }

    /// Keeps the outcome of a check, unless a newer one is there.
    async fn record_check(&self, check: Request<api::Check>) -> Done {
        let check = check.into_inner();
        let (key, at) = (check.component.clone(), check.checked_at_unix_nano);
        if key.is_empty() {
            return Err(Status::invalid_argument("the check names no component"));
        }
        let newer = |latest: &api::Check| latest.checked_at_unix_nano > at;
        self.checks.put_unless(&key, check, newer);
        done(Ok(()))
    }

    async fn latest_check(&self, key: Request<api::Key>) -> Answer<api::Check> {
        self.checks.get(&key.get_ref().key).map(Response::new)
    }

    async fn latest_checks(&self, _: Request<api::Empty>) -> Answer<api::CheckList> {
        let checks = self.checks.list();
        Ok(Response::new(api::CheckList { checks }))
    }

    async fn ping(&self, _: Request<api::Empty>) -> Done {
        done(Ok(()))
    }
}

type Answer<T> = Result<Response<T>, Status>;
type Done = Answer<api::Empty>;

fn done(result: Result<(), Status>) -> Done {
    result.map(|()| Response::new(api::Empty {}))
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    use super::{Store, api};
    use api::store_service_client::StoreServiceClient;
    use api::store_service_server::StoreServiceServer;

    /// Calls the store as Console does, but without a process and a connection.
    fn client() -> StoreServiceClient<StoreServiceServer<Store>> {
        StoreServiceClient::new(StoreServiceServer::new(Store::default()))
    }

    fn key(key: &str) -> api::Key {
        api::Key { key: key.into() }
    }

    fn code<T>(result: Result<T, Status>) -> Option<Code> {
        result.err().map(|status| status.code())
    }

    #[tokio::test]
    async fn keeps_flags() -> Result<(), Status> {
        let mut client = client();
        let mut flag = api::Flag {
            key: "beta".into(),
            rollout: 20,
            created_at_unix_nano: 1,
            ..Default::default()
        };
        client.create_flag(flag.clone()).await?;
        assert_eq!(client.get_flag(key("beta")).await?.into_inner(), flag);
        let again = client.create_flag(flag.clone()).await;
        assert_eq!(code(again), Some(Code::AlreadyExists));
        flag.enabled = true;
        client.update_flag(flag.clone()).await?;
        let list = client.list_flags(api::Empty {}).await?.into_inner();
        assert_eq!(list.flags, [flag]);
        client.delete_flag(key("beta")).await?;
        assert_eq!(
            code(client.get_flag(key("beta")).await),
            Some(Code::NotFound)
        );
        Ok(())
    }

    #[tokio::test]
    async fn keeps_the_newest_check() -> Result<(), Status> {
        let mut client = client();
        for at in [20, 30, 10] {
            let component = "api".into();
            let check = api::Check {
                component,
                checked_at_unix_nano: at,
                ..Default::default()
            };
            client.record_check(check).await?;
        }
        let latest = client.latest_check(key("api")).await?;
        assert_eq!(latest.get_ref().checked_at_unix_nano, 30);
        Ok(())
    }

    #[tokio::test]
    async fn forgets_the_checks_of_a_component() -> Result<(), Status> {
        let mut client = client();
        client
            .create_component(api::Component {
                key: "api".into(),
                ..Default::default()
            })
            .await?;
        client
            .record_check(api::Check {
                component: "api".into(),
                ..Default::default()
            })
            .await?;
        client.delete_component(key("api")).await?;
        let list = client.latest_checks(api::Empty {}).await?;
        assert!(list.get_ref().checks.is_empty());
        Ok(())
    }
}

// cpex:end
