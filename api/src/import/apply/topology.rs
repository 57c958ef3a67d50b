//! Services and power feeds.

use std::collections::HashSet;

use entity::id::SiteId;
use entity::topology::power_feed::FeedStatus;
use entity::topology::service::ServiceStatus;
use entity::topology::{power_feed, service};

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{PowerFeed, Service};
use crate::import::{Origin, Records};
use crate::topology::{power_feeds, services};

impl Importable for Service {
    const NOUN: Noun = Noun::Service;
    type Entity = service::Entity;
    type Model = service::Model;
    type Row = service::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.services
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<service::Model> {
        &known.services
    }

    fn table_mut(known: &mut Known) -> &mut Table<service::Model> {
        &mut known.services
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.services.iter().map(|record| record.name.clone());
        for row in rows_among::<service::Entity, _>(run.tx, service::Column::Name, names).await? {
            run.known.services.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut service::ActiveModel,
        _before: Option<&service::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put(&mut row.status, choice("status", self.status.as_ref())?);
        put_any(&mut row.description, self.description.clone());
        put_any(&mut row.owner, self.owner.clone());
        put_any(&mut row.tier, self.tier);
        put(&mut row.is_shared, self.is_shared);
        put_any(&mut row.users, self.users);
        let revenue = amount("revenue_per_hour_amount", self.revenue_per_hour_amount)?;
        put_any(&mut row.revenue_per_hour_amount, revenue);
        // A currency without an amount says nothing.
        let currency = self.revenue_per_hour_currency.clone().filter(|_| revenue.is_some());
        put_any(&mut row.revenue_per_hour_currency, currency);
        let vendor = at.known.vendors.named_if_any("vendor", self.vendor.as_ref())?;
        put_any(&mut row.vendor_id, vendor.map(|vendor| vendor.id));
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.status, ServiceStatus::Active);
        usual(&mut row.is_shared, false);
        Ok(())
    }

    fn check(row: Candidate<'_, service::Model>, _known: &Known) -> Result<()> {
        services::check(row.after)
    }
}

impl Importable for PowerFeed {
    const NOUN: Noun = Noun::PowerFeed;
    type Entity = power_feed::Entity;
    type Model = power_feed::Model;
    type Row = power_feed::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.power_feeds
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.site, &self.name])
    }

    fn needs(&self) -> Option<Key> {
        self.upstream.as_ref().map(|upstream| Key::of([&self.site, upstream]))
    }

    fn table(known: &Known) -> &Table<power_feed::Model> {
        &known.power_feeds
    }

    fn table_mut(known: &mut Known) -> &mut Table<power_feed::Model> {
        &mut known.power_feeds
    }

    /// All feeds of the sites, so that a circle of feeds is found without asking for each.
    async fn load(run: &mut Run<'_>) -> Result<()> {
        let sites = run.records.power_feeds.iter().filter_map(|record| {
            let site = run.known.sites.get(&Key::from(&record.site))?;
            Some(site.id)
        });
        let sites: Vec<SiteId> = sites.collect();
        for row in rows_among::<power_feed::Entity, _>(run.tx, power_feed::Column::SiteId, sites).await? {
            if let Some(site) = run.known.sites.with_id(row.site_id) {
                let key = Key::of([&site.code, &row.name]);
                run.known.power_feeds.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut power_feed::ActiveModel,
        _before: Option<&power_feed::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let site = at.known.sites.named("site", &Key::from(&self.site))?;
        put(&mut row.site_id, Some(site.id));
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.status, choice("status", self.status.as_ref())?);
        put_any(&mut row.side, choice("side", self.side.as_ref())?);
        let here = |name: &String| Key::of([&self.site, name]);
        let rack = self.rack.as_ref().map(|name| at.known.racks.named("rack", &here(name))).transpose()?;
        put_any(&mut row.rack_id, rack.map(|rack| rack.id));
        let upstream = self.upstream.as_ref();
        let upstream =
            upstream.map(|name| at.known.power_feeds.named("upstream", &here(name))).transpose()?;
        put_any(&mut row.upstream_id, upstream.map(|feed| feed.id));
        let circuit = self.circuit.as_ref().map(|parts| Key::of(parts.iter()));
        let circuit = circuit.map(|key| at.known.colocation_circuits.named("circuit", &key)).transpose()?;
        put_any(&mut row.circuit_id, circuit.map(|circuit| circuit.id));
        put_any(&mut row.capacity_watts, self.capacity_watts);
        put_any(&mut row.panel, self.panel.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.status, FeedStatus::Active);
        Ok(())
    }

    fn check(row: Candidate<'_, power_feed::Model>, known: &Known) -> Result<()> {
        let feed = row.after;
        power_feeds::check(feed)?;
        if let Some(rack) = feed.rack_id.and_then(|id| known.racks.with_id(id)) {
            power_feeds::require_rack(feed, rack)?;
        }
        if let Some(circuit) = feed.circuit_id.and_then(|id| known.colocation_circuits.with_id(id)) {
            power_feeds::require_circuit(feed, circuit)?;
        }
        let mut seen = HashSet::from([feed.id]);
        let mut next = feed.upstream_id;
        while let Some(id) = next {
            if !seen.insert(id) {
                let message = format!("{} would feed itself through the feeds it hangs on", feed.name);
                return Err(Error::invalid("upstream", message));
            }
            next = known.power_feeds.with_id(id).and_then(|upstream| upstream.upstream_id);
        }
        Ok(())
    }

    fn refers_anew(before: &power_feed::Model, after: &power_feed::Model) -> bool {
        before.upstream_id != after.upstream_id
    }
}
