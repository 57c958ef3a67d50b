//! Natural keys of things: what files call them by.

use entity::{
    cloud::{provider_account, workload},
    contracts::{colocation_contract, support_contract},
    inventory::{asset, rack, site, vendor},
    topology::{power_feed, service},
};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait, Select,
    sea_query::SimpleExpr,
};
use uuid::Uuid;

use super::items::ThingKind;
use crate::{error::Result, store::Read};

/// Which things of a sort.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// Those with these ids.
    Ids(&'a [Uuid]),
    /// Those whose natural key ends with one of these.
    Names(&'a [String]),
}

impl Wanted<'_> {
    fn among(self, id: impl ColumnTrait, name: impl ColumnTrait) -> SimpleExpr {
        match self {
            Self::Ids(ids) => id.is_in(ids.iter().copied()),
            Self::Names(names) => name.is_in(names.iter().map(String::as_str)),
        }
    }
}

/// The parts of the natural keys of things of one sort: the site and the name of a rack, the tag of an asset.
///
/// # Errors
/// Those of the database.
pub async fn natural_keys(
    db: &impl Read,
    kind: ThingKind,
    wanted: Wanted<'_>,
) -> Result<Vec<(Uuid, Vec<String>)>> {
    match kind {
        ThingKind::Service => {
            use service::Column as C;
            single::<service::Entity>(db, C::Id, C::Name, wanted).await
        }
        ThingKind::Asset => {
            use asset::Column as C;
            single::<asset::Entity>(db, C::Id, C::Tag, wanted).await
        }
        ThingKind::Site => {
            use site::Column as C;
            single::<site::Entity>(db, C::Id, C::Code, wanted).await
        }
        ThingKind::Vendor => {
            use vendor::Column as C;
            single::<vendor::Entity>(db, C::Id, C::Code, wanted).await
        }
        ThingKind::ColocationContract => {
            use colocation_contract::Column as C;
            single::<colocation_contract::Entity>(db, C::Id, C::Number, wanted).await
        }
        ThingKind::SupportContract => {
            use support_contract::Column as C;
            single::<support_contract::Entity>(db, C::Id, C::Number, wanted).await
        }
        ThingKind::Rack => {
            use rack::{Column as C, Relation as R};
            let query = rack::Entity::find().filter(wanted.among(C::Id, C::Name));
            at_sites(db, query.join(JoinType::InnerJoin, R::Site.def()), C::Id, C::Name).await
        }
        ThingKind::PowerFeed => {
            use power_feed::{Column as C, Relation as R};
            let query = power_feed::Entity::find().filter(wanted.among(C::Id, C::Name));
            at_sites(db, query.join(JoinType::InnerJoin, R::Site.def()), C::Id, C::Name).await
        }
        ThingKind::Workload | ThingKind::ProviderAccount => in_cloud(db, kind, wanted).await,
        ThingKind::PowerPanel | ThingKind::CloudRegion => Ok(Vec::new()),
    }
}

async fn single<E: EntityTrait>(
    db: &impl Read,
    id: E::Column,
    name: E::Column,
    wanted: Wanted<'_>,
) -> Result<Vec<(Uuid, Vec<String>)>> {
    let query = E::find().select_only().column(id).column(name).filter(wanted.among(id, name));
    let rows: Vec<(Uuid, String)> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().map(|(id, name)| (id, vec![name])).collect())
}

async fn at_sites<E: EntityTrait>(
    db: &impl Read,
    query: Select<E>,
    id: E::Column,
    name: E::Column,
) -> Result<Vec<(Uuid, Vec<String>)>> {
    let query = query.select_only().column(id).column(site::Column::Code).column(name);
    let rows: Vec<(Uuid, String, String)> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().map(|(id, site, name)| (id, vec![site, name])).collect())
}

async fn in_cloud(db: &impl Read, kind: ThingKind, wanted: Wanted<'_>) -> Result<Vec<(Uuid, Vec<String>)>> {
    use provider_account::Column as Account;
    if kind == ThingKind::ProviderAccount {
        let columns = [Account::Id, Account::Provider, Account::AccountNumber];
        let query = provider_account::Entity::find().select_only().columns(columns);
        let query = query.filter(wanted.among(Account::Id, Account::AccountNumber));
        let rows: Vec<(Uuid, provider_account::Provider, String)> = query.into_tuple().all(db).await?;
        return Ok(rows.into_iter().map(|(id, by, number)| (id, vec![by.to_value(), number])).collect());
    }
    use workload::{Column as C, Relation as R};
    type Row = (Uuid, provider_account::Provider, String, String);
    let query = workload::Entity::find().select_only().column(C::Id).column(Account::Provider);
    let query = query.column(Account::AccountNumber).column(C::Name);
    let query = query.join(JoinType::InnerJoin, R::Account.def()).filter(wanted.among(C::Id, C::Name));
    let rows: Vec<Row> = query.into_tuple().all(db).await?;
    let parts = |(id, by, number, name): Row| (id, vec![by.to_value(), number, name]);
    Ok(rows.into_iter().map(parts).collect())
}
