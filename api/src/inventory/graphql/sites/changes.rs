//! Changes of sites.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{id::SiteId, inventory::site};
use sea_orm::ActiveValue::Set;

use super::{Site, SiteKind};
use crate::{
    access::Permission,
    error::{Error, Result},
    inventory::sites,
    schema::{
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id},
    },
};

/// A site to open.
#[derive(Clone, Debug, InputObject)]
pub struct NewSite {
    /// Short code that people and imports use; no two sites share one.
    pub code: String,
    /// Name in full.
    pub name: String,
    /// What sort of place it is.
    pub kind: SiteKind,
    /// The time zone of its local dates, by its IANA name.
    pub time_zone: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: SiteDetails,
}

/// What may be known of a site. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SiteDetails {
    /// Street and number.
    pub street: MaybeUndefined<String>,
    /// City or town.
    pub city: MaybeUndefined<String>,
    /// State, province or county.
    pub region: MaybeUndefined<String>,
    /// Postal code as written in its country.
    pub postal_code: MaybeUndefined<String>,
    /// Country code of two capitals.
    pub country: MaybeUndefined<String>,
    /// First day of use.
    pub opened_on: MaybeUndefined<Date>,
    /// People who work there.
    pub headcount: MaybeUndefined<i32>,
}

/// What of a site may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SiteChanges {
    /// Name in full.
    pub name: MaybeUndefined<String>,
    /// What sort of place it is.
    pub kind: MaybeUndefined<SiteKind>,
    /// The time zone of its local dates, by its IANA name.
    pub time_zone: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: SiteDetails,
}

impl SiteDetails {
    fn apply(self, row: &mut site::ActiveModel) -> Result<()> {
        patch(&mut row.street, self.street);
        patch(&mut row.city, self.city);
        patch(&mut row.region, self.region);
        patch(&mut row.postal_code, self.postal_code);
        patch(&mut row.country, self.country);
        patch(&mut row.opened_on, self.opened_on);
        patch(&mut row.headcount, self.headcount);
        Ok(())
    }
}

impl SiteChanges {
    fn apply(self, row: &mut site::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.kind, self.kind, "kind")?;
        patch_required(&mut row.time_zone, self.time_zone, "timeZone")?;
        self.details.apply(row)
    }
}

impl TryFrom<NewSite> for site::ActiveModel {
    type Error = Error;

    fn try_from(new: NewSite) -> Result<Self> {
        let mut row = Self { code: Set(new.code), ..Default::default() };
        new.details.apply(&mut row)?;
        row.name = Set(new.name);
        row.kind = Set(new.kind.into());
        row.time_zone = Set(new.time_zone);
        Ok(row)
    }
}

/// Changes of sites.
#[derive(Default)]
pub struct SiteMutation;

/// Changes of sites.
#[Object]
impl SiteMutation {
    /// Opens a site. Sent again with the same idempotency key it answers with the first site.
    async fn open_site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewSite,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Site> {
        let site = change(ctx, Permission::EditInventory, async |tx| {
            tx.once("openSite", idempotency_key, &input, async || {
                sites::open(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(site).into())
    }

    /// Changes what is known of a site.
    async fn update_site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SiteId>,
        #[graphql(desc = "What is to change.")] changes: SiteChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Site> {
        let site = change(ctx, Permission::EditInventory, async |tx| {
            let mut columns = site::ActiveModel::default();
            changes.apply(&mut columns)?;
            sites::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(site).into())
    }

    /// Records by when a site is to be empty; without a day, the plan is dropped. A day that has passed is taken of a
    /// site that has nothing in service any more.
    async fn plan_site_exit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SiteId>,
        #[graphql(desc = "The day by which it is to be empty. Left out: no day is planned.")] on: Option<
            Date,
        >,
        #[graphql(desc = "Why.")] reason: Option<String>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Site> {
        let exit = on.map(|on| (on.0, reason));
        let site = change(ctx, Permission::EditInventory, async |tx| {
            sites::plan_exit(tx, *id, expected_version, exit).await
        })
        .await?;
        Ok(Record::whole(site).into())
    }

    /// Closes a site that nothing stands at any more, and whose racks hold no places.
    async fn close_site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SiteId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Site> {
        let site =
            change(ctx, Permission::EditInventory, async |tx| sites::close(tx, *id, expected_version).await);
        Ok(Record::whole(site.await?).into())
    }

    /// Brings a closed site back as if it had not been closed, with the status that it had: what needs it rests on it again.
    async fn reopen_site(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<SiteId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Site> {
        let site =
            change(ctx, Permission::EditInventory, async |tx| sites::reopen(tx, *id, expected_version).await);
        Ok(Record::whole(site.await?).into())
    }
}
