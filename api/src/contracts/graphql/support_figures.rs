//! What figures of support contracts are computed from, read once for all contracts of a list.

use std::sync::Arc;

use entity::{
    contracts::support_contract::Column,
    id::{ScenarioId, SiteId, SupportContractId},
};
use uuid::Uuid;

use super::support_contracts::SupportContract;
use crate::{error::Result, roadmap::contracts, scenarios::Overlay, schema::scalar::Id, store::Read};

impl SupportContract {
    /// A scenario, and the sites of what the contract covers, which are read only where the scenario leaves a site.
    pub(super) async fn laid(
        &self,
        reader: &impl Read,
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<(Arc<Overlay>, Vec<(SiteId, i64)>)> {
        let Some(id) = scenario else { return Ok((Overlay::none(), Vec::new())) };
        let load = async || Overlay::load(reader, Some(id.0)).await;
        let overlay = Arc::clone(&*self.0.shared(format!("scenario {id}"), load).await?);
        if !overlay.leaves_a_site() {
            return Ok((overlay, Vec::new()));
        }
        let load = async || {
            let ids = self.0.column_of_siblings::<Uuid>(Column::Id)?;
            contracts::covered(reader, Some(ids.into_iter().map(SupportContractId).collect())).await
        };
        let sites = self.0.shared("sites of what is covered".to_owned(), load).await?;
        let own: SupportContractId = self.0.get(Column::Id)?;
        Ok((overlay, sites.get(&own).cloned().unwrap_or_default()))
    }
}
