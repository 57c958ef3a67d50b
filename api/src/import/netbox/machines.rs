//! Virtual machines as workloads, and the vendors of circuits.
//!
//! NetBox does not know who bills a machine. The type of its cluster is the nearest: "DigitalOcean" or "VMware
//! vSphere" becomes an account of the provider it names, and the cluster becomes the region. A machine without a
//! cluster belongs to an account of its site, or to one for the rest.

use std::collections::{HashMap, HashSet};

use rust_decimal::{Decimal, RoundingStrategy};

use super::Netbox;
use super::places::Places;
use super::tables::Object;
use crate::import::cell::{self, Style};
use crate::import::problem::Severity;
use crate::import::records::{AccountKey, ProviderAccount, Vendor, Workload};

/// Bytes of a gibibyte.
const GIBIBYTE: Decimal = Decimal::from_parts(1 << 30, 0, 0, false, 0);

/// Where a machine runs and who is taken to bill it.
struct Home {
    account: AccountKey,
    account_name: String,
    region: Option<String>,
    site: Option<String>,
}

impl Netbox<'_> {
    pub(super) fn vendors(&mut self) {
        for provider in self.tables.rows("circuits_provider") {
            let vendor = Vendor {
                origin: provider.origin.clone(),
                code: vendor_code(provider),
                name: provider.owned("name"),
                account_number: provider.owned("account"),
                ..Vendor::default()
            };
            self.parsed.records.vendors.push(vendor);
        }
    }

    pub(super) fn workloads(&mut self, places: &Places) {
        let mut accounts = HashSet::new();
        let mut names = HashMap::new();
        // Disks are in megabytes since 4.1, which is also when machines got a serial number.
        let disk_bytes = if self.tables.has_column("virtualization_virtualmachine", "serial") {
            Decimal::from(1_000_000)
        } else {
            Decimal::from(1_000_000_000)
        };
        for machine in self.tables.rows("virtualization_virtualmachine") {
            let home = self.home(machine, places);
            if accounts.insert(home.account.clone()) {
                self.parsed.records.provider_accounts.push(ProviderAccount {
                    origin: machine.origin.clone(),
                    key: home.account.clone(),
                    name: Some(home.account_name.clone()),
                    source: Some("netbox".into()),
                    ..ProviderAccount::default()
                });
            }
            let name = self.machine_name(machine, &home, &mut names);
            let workload = Workload {
                origin: machine.origin.clone(),
                account: home.account,
                name,
                service: Some("virtual machine".into()),
                region: home.region,
                site: home.site,
                vcpu: self.size(machine, "vcpus", GIBIBYTE),
                // Hypervisors count memory in powers of two, whatever they call the unit.
                memory_gib: self.size(machine, "memory", Decimal::from(1 << 20)),
                storage_gib: self.size(machine, "disk", disk_bytes),
                owner: self.tenant(machine),
                source: Some(format!("netbox:virtualmachine:{}", machine.id)),
                ..Workload::default()
            };
            self.parsed.records.workloads.push(workload);
        }
        let machines = self.tables.rows("virtualization_virtualmachine");
        if let Some(first) = machines.first() {
            let message = format!(
                "{} virtual machines are workloads of {} accounts made for the types of their clusters; \
                 NetBox has no currency for them",
                machines.len(),
                accounts.len()
            );
            self.note(first, message);
        }
    }

    fn home(&mut self, machine: &Object, places: &Places) -> Home {
        let cluster = self.referred(machine, "cluster", "virtualization_cluster", Severity::Warning);
        let kind = cluster.and_then(|cluster| {
            self.referred(cluster, "type", "virtualization_clustertype", Severity::Warning)
        });
        let own_site = self.referred(machine, "site", "dcim_site", Severity::Warning);
        // Since 4.2 a cluster is for a scope, beside which its site is kept as `_site`.
        let site_of =
            |cluster: &Object| cluster.reference("site").or_else(|| cluster.text("_site")).map(str::to_owned);
        let site = own_site.map(|site| site.id.clone()).or_else(|| cluster.and_then(site_of));
        let site = site.and_then(|id| places.sites.get(&id).cloned());
        let (number, account_name) = match (kind, cluster, &site) {
            (Some(kind), _, _) => {
                (kind.text("slug").unwrap_or(&kind.id), kind.text("name").unwrap_or(&kind.id))
            }
            (None, Some(cluster), _) => (cluster.id.as_str(), cluster.text("name").unwrap_or(&cluster.id)),
            (None, None, Some(site)) => (site.as_str(), site.as_str()),
            (None, None, None) => ("unassigned", "Virtual machines without a cluster"),
        };
        Home {
            account: AccountKey {
                provider: provider(account_name).to_owned(),
                account_number: format!("netbox-{number}"),
            },
            account_name: account_name.to_owned(),
            region: cluster.and_then(|cluster| cluster.owned("name")).or_else(|| site.clone()),
            site,
        }
    }

    /// The name of a machine in its account. NetBox lets machines of two clusters share one.
    fn machine_name(
        &mut self,
        machine: &Object,
        home: &Home,
        names: &mut HashMap<(AccountKey, String), u64>,
    ) -> String {
        let name = machine.owned("name").unwrap_or_else(|| format!("netbox-{}", machine.id));
        let mut unique = name.clone();
        if let Some(first) = names.get(&(home.account.clone(), name.clone())).copied() {
            unique = format!("{name} (netbox-{})", machine.id);
            let message =
                format!("line {first} has a machine of the same name: this one is called '{unique}'");
            self.report(machine, Severity::Warning, &message, Some(("name", &name)));
        }
        names.insert((home.account.clone(), unique.clone()), machine.origin.row);
        unique
    }

    /// A size in gibibytes of a field in units of so many bytes; a count is in units of a gibibyte.
    fn size(&mut self, machine: &Object, field: &str, unit_bytes: Decimal) -> Option<Decimal> {
        self.cell(machine, field, |text| {
            let number = cell::decimal(text, Style::default())?;
            if number.is_sign_negative() {
                return Err("is negative".into());
            }
            let bytes = number.checked_mul(unit_bytes).ok_or("is too large")?;
            let size = bytes.checked_div(GIBIBYTE).ok_or("is too large")?;
            let most = Decimal::from(1_000_000_000);
            if size > most {
                return Err("is too large".into());
            }
            Ok(size.round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero).normalize())
        })
    }
}

/// The code of the vendor that a provider of circuits becomes.
pub(super) fn vendor_code(provider: &Object) -> String {
    provider.owned("slug").unwrap_or_else(|| format!("netbox-{}", provider.id))
}

/// The provider that the name of a type of cluster tells.
fn provider(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |known: &[&str]| known.iter().any(|word| words.contains(word));
    if has(&["aws", "amazon", "ec2"]) {
        "AWS"
    } else if has(&["azure"]) {
        "AZURE"
    } else if has(&["gcp", "google"]) {
        "GCP"
    } else if has(&["oci", "oracle"]) {
        "OCI"
    } else if has(&["ibm"]) {
        "IBM"
    } else {
        "OTHER"
    }
}
