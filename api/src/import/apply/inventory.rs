//! Vendors, manufacturers, sites and racks.

use std::collections::BTreeSet;

use entity::inventory::asset::{self, AssetStatus};
use entity::inventory::rack::{self, RackStatus};
use entity::inventory::site::{self, SiteKind, SiteStatus};
use entity::inventory::{manufacturer, vendor};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::engine::Run;
use super::fill::{Filling, choice, put, put_any, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::capacity::held_placements;
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{Manufacturer, Rack, Site, Vendor};
use crate::import::{Origin, Records};
use crate::inventory::{manufacturers, placement, racks, sites, vendors};
use crate::store::Tx;

impl Importable for Vendor {
    const NOUN: Noun = Noun::Vendor;
    type Entity = vendor::Entity;
    type Model = vendor::Model;
    type Row = vendor::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.vendors
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.code)
    }

    fn table(known: &Known) -> &Table<vendor::Model> {
        &known.vendors
    }

    fn table_mut(known: &mut Known) -> &mut Table<vendor::Model> {
        &mut known.vendors
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        let codes = records.vendors.iter().map(|record| &record.code);
        let codes = codes.chain(records.assets.iter().filter_map(|record| record.vendor.as_ref()));
        let codes = codes.chain(records.colocation_contracts.iter().filter_map(|it| it.vendor.as_ref()));
        let codes = codes.chain(records.support_contracts.iter().filter_map(|it| it.vendor.as_ref()));
        let codes = codes.chain(records.provider_accounts.iter().filter_map(|it| it.vendor.as_ref()));
        let codes = codes.chain(records.offers.iter().map(|record| &record.vendor));
        let codes = codes.chain(records.services.iter().filter_map(|it| it.vendor.as_ref()));
        let rules = records.capacity_purchase_rules.iter();
        let codes = codes.chain(rules.filter_map(|it| it.vendor.as_ref()));
        let rows = rows_among::<vendor::Entity, _>(run.tx, vendor::Column::Code, codes.cloned()).await?;
        for row in rows {
            run.known.vendors.put(Key::from(&row.code), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut vendor::ActiveModel,
        _before: Option<&vendor::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.code, Some(self.code.clone()));
        put(&mut row.name, self.name.clone());
        put_any(&mut row.contact_email, self.contact_email.clone());
        put_any(&mut row.account_number, self.account_number.clone());
        put(&mut row.payment_terms_days, self.payment_terms_days);
        put_any(&mut row.notes, self.notes.clone());
        usual(&mut row.payment_terms_days, vendors::USUAL_TERMS);
        Ok(())
    }

    fn check(row: Candidate<'_, vendor::Model>, _known: &Known) -> Result<()> {
        vendors::check(row.after)
    }
}

impl Importable for Manufacturer {
    const NOUN: Noun = Noun::Manufacturer;
    type Entity = manufacturer::Entity;
    type Model = manufacturer::Model;
    type Row = manufacturer::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.manufacturers
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<manufacturer::Model> {
        &known.manufacturers
    }

    fn table_mut(known: &mut Known) -> &mut Table<manufacturer::Model> {
        &mut known.manufacturers
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.manufacturers.iter().map(|record| &record.name);
        let names = names.chain(run.records.models().map(|key| &key.manufacturer)).cloned();
        let rows = rows_among::<manufacturer::Entity, _>(run.tx, manufacturer::Column::Name, names).await?;
        for row in rows {
            run.known.manufacturers.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut manufacturer::ActiveModel,
        _before: Option<&manufacturer::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        Ok(())
    }

    fn check(row: Candidate<'_, manufacturer::Model>, _known: &Known) -> Result<()> {
        manufacturers::check(row.after)
    }
}

impl Importable for Site {
    const NOUN: Noun = Noun::Site;
    type Entity = site::Entity;
    type Model = site::Model;
    type Row = site::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.sites
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.code)
    }

    fn table(known: &Known) -> &Table<site::Model> {
        &known.sites
    }

    fn table_mut(known: &mut Known) -> &mut Table<site::Model> {
        &mut known.sites
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let codes: BTreeSet<String> = run.records.sites_named().cloned().collect();
        for row in rows_among::<site::Entity, _>(run.tx, site::Column::Code, codes).await? {
            run.known.sites.put(Key::from(&row.code), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut site::ActiveModel,
        _before: Option<&site::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.code, Some(self.code.clone()));
        put(&mut row.name, self.name.clone());
        put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put(&mut row.status, choice("status", self.status.as_ref())?);
        put(&mut row.time_zone, self.time_zone.clone());
        put_any(&mut row.street, self.street.clone());
        put_any(&mut row.city, self.city.clone());
        put_any(&mut row.region, self.region.clone());
        put_any(&mut row.postal_code, self.postal_code.clone());
        put_any(&mut row.country, self.country.clone());
        put_any(&mut row.opened_on, self.opened_on);
        put_any(&mut row.exit_on, self.exit_on);
        put_any(&mut row.exit_reason, self.exit_reason.clone());
        put_any(&mut row.headcount, self.headcount);
        put_any(&mut row.source, self.source.clone());
        let has_racks = at.known.sites_with_racks.contains(&self.code);
        at.assume("kind", &mut row.kind, if has_racks { SiteKind::DataCenter } else { SiteKind::Office });
        at.assume_text("time_zone", &mut row.time_zone, "UTC");
        usual(&mut row.status, SiteStatus::Active);
        Ok(())
    }

    fn check(row: Candidate<'_, site::Model>, _known: &Known) -> Result<()> {
        sites::check(row.after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, site::Model>) -> Result<()> {
        let Candidate { before, after, .. } = row;
        let closes = before.is_some_and(|before| before.status != SiteStatus::Closed);
        if !closes || after.status != SiteStatus::Closed {
            return Ok(());
        }
        sites::lock(run.tx, after.id).await?;
        refuse_while(run.tx, "status", "the site", asset::Column::SiteId.eq(after.id)).await?;
        held_placements::require_none_at(run.tx, after).await.map_err(of_status)
    }
}

impl Importable for Rack {
    const NOUN: Noun = Noun::Rack;
    type Entity = rack::Entity;
    type Model = rack::Model;
    type Row = rack::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.racks
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.key)
    }

    fn table(known: &Known) -> &Table<rack::Model> {
        &known.racks
    }

    fn table_mut(known: &mut Known) -> &mut Table<rack::Model> {
        &mut known.racks
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let named = run.records.racks.iter().map(|record| &record.key);
        let named = named.chain(run.records.assets.iter().filter_map(|record| record.rack.as_ref()));
        let named = named.chain(run.records.colocation_circuits.iter().filter_map(|it| it.rack.as_ref()));
        let codes = named.map(|key| &key.site);
        let fed = run.records.power_feeds.iter().filter(|record| record.rack.is_some());
        let codes = codes.chain(fed.map(|record| &record.site));
        let codes = codes.chain(run.records.capacity_placement_racks.iter().map(|it| &it.rack.site));
        let sites = codes.filter_map(|code| run.known.sites.get(&Key::from(code))).map(|site| site.id);
        for row in rows_among::<rack::Entity, _>(run.tx, rack::Column::SiteId, sites).await? {
            if let Some(site) = run.known.sites.with_id(row.site_id) {
                let key = Key::of([&site.code, &row.name]);
                run.known.racks.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut rack::ActiveModel,
        before: Option<&rack::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let site = at.known.sites.named("site", &Key::from(&self.key.site))?;
        if before.is_none() && site.status == SiteStatus::Closed {
            return Err(Error::invalid("site", format!("the site {} is closed", site.code)));
        }
        put(&mut row.site_id, Some(site.id));
        put(&mut row.name, Some(self.key.name.clone()));
        put_any(&mut row.room, self.room.clone());
        put(&mut row.status, choice("status", self.status.as_ref())?);
        put(&mut row.height_units, self.height_units);
        put_any(&mut row.protected_power_watts, self.protected_power_watts);
        put_any(&mut row.weight_limit_grams, self.weight_limit_grams);
        put_any(&mut row.cooling_watts, self.cooling_watts);
        put_any(&mut row.network_ports, self.network_ports);
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.status, RackStatus::Active);
        Ok(())
    }

    fn check(row: Candidate<'_, rack::Model>, _known: &Known) -> Result<()> {
        racks::check(row.after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, rack::Model>) -> Result<()> {
        let Candidate { before, after, .. } = row;
        let Some(before) = before else { return Ok(()) };
        let is_lower = after.height_units < before.height_units;
        let goes = after.status == RackStatus::Retired && before.status != RackStatus::Retired;
        if is_lower || goes {
            // What it holds stays as it is until the import is over.
            racks::lock(run.tx, after.id).await?;
        }
        if is_lower {
            placement::check_height(run.tx, before, after).await?;
        }
        if goes {
            refuse_while(run.tx, "status", "the rack", asset::Column::RackId.eq(after.id)).await?;
            held_placements::require_none_in(run.tx, after).await.map_err(of_status)?;
        }
        Ok(())
    }
}

/// What stands against a status, as said of that column.
fn of_status(error: Error) -> Error {
    match error {
        Error::Conflict(message) => Error::invalid("status", message),
        other => other,
    }
}

/// Refuses to close or retire what assets stand in.
async fn refuse_while(
    tx: &Tx,
    column: &str,
    place: &str,
    stand_there: sea_orm::sea_query::SimpleExpr,
) -> Result<()> {
    let standing = asset::Entity::find()
        .filter(stand_there)
        .filter(asset::Column::Status.ne(AssetStatus::Disposed))
        .count(tx)
        .await?;
    if standing == 0 {
        return Ok(());
    }
    let message = format!("{standing} assets are still in {place}, move or dispose of them first");
    Err(Error::invalid(column, message))
}
