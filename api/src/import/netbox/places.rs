//! Sites and racks.

use std::collections::HashMap;

use super::Netbox;
use super::power::Feeds;
use super::tables::Object;
use crate::import::cell::{self, Style};
use crate::import::device_types::grams;
use crate::import::problem::Severity;
use crate::import::records::{Rack, RackKey, Site};

/// Where the hardware can stand, by the ids of NetBox.
#[derive(Default)]
pub(super) struct Places {
    /// Codes of sites.
    pub sites: HashMap<String, String>,
    pub racks: HashMap<String, RackPlace>,
}

/// A rack and how its units are counted.
pub(super) struct RackPlace {
    pub key: RackKey,
    pub height_units: Option<i32>,
    pub starting_unit: i32,
    /// Whether unit 1 is at the top.
    pub descends: bool,
}

impl Netbox<'_> {
    pub(super) fn places(&mut self) -> Places {
        let mut places = Places::default();
        for site in self.tables.rows("dcim_site") {
            let record = self.site(site);
            places.sites.insert(site.id.clone(), record.code.clone());
            self.parsed.records.sites.push(record);
        }
        let mut taken = HashMap::new();
        let feeds = Feeds::of(self.tables);
        for rack in self.tables.rows("dcim_rack") {
            let Some(key) = self.rack_key(rack, &places, &mut taken) else { continue };
            let record = self.rack(rack, &key, &feeds);
            let place = RackPlace {
                key,
                height_units: record.height_units,
                starting_unit: rack.text("starting_unit").and_then(|unit| unit.parse().ok()).unwrap_or(1),
                descends: rack.text("desc_units").is_some_and(|text| cell::boolean(text) == Ok(true)),
            };
            places.racks.insert(rack.id.clone(), place);
            self.parsed.records.racks.push(record);
        }
        let protected =
            self.parsed.records.racks.iter().filter(|rack| rack.protected_power_watts.is_some()).count();
        if let Some(feed) = self.tables.rows("dcim_powerfeed").first().filter(|_| protected > 0) {
            self.note(
                feed,
                format!(
                    "power feeds are rated in volt-amperes: the protected watts of {protected} racks take a power \
                     factor of 1"
                ),
            );
        }
        places
    }

    fn site(&mut self, site: &Object) -> Site {
        let region = self.referred(site, "region", "dcim_region", Severity::Warning);
        let regions = region.map(|region| self.ancestry("dcim_region", region)).unwrap_or_default();
        let group = self.referred(site, "group", "dcim_sitegroup", Severity::Warning);
        let groups = group.map(|group| self.ancestry("dcim_sitegroup", group)).unwrap_or_default();
        let name = site.owned("name");
        let words = groups.iter().copied().chain(name.as_deref());
        let kind = words.filter_map(kind_of_words).next();
        let country = regions.iter().find_map(|name| country_code(name));
        let region = regions.first().filter(|name| country_code(name).is_none());
        let address = Address::of(site.text("physical_address").unwrap_or_default());
        let statuses = &[
            ("active", "ACTIVE"),
            ("planned", "PLANNED"),
            ("staging", "PLANNED"),
            ("decommissioning", "ACTIVE"),
            ("retired", "CLOSED"),
        ];
        Site {
            origin: site.origin.clone(),
            code: site.owned("slug").unwrap_or_else(|| format!("netbox-{}", site.id)),
            name,
            kind: kind.map(str::to_owned),
            status: self.status(site, statuses),
            time_zone: site.owned("time_zone"),
            street: address.street,
            city: address.city,
            region: region.map(|name| (*name).to_owned()).or(address.region),
            postal_code: address.postal_code,
            country: country.map(str::to_owned),
            source: Some(format!("netbox:site:{}", site.id)),
            ..Site::default()
        }
    }

    /// The status that ours has for theirs; one we do not know is left out with a warning.
    pub(super) fn status(&mut self, object: &Object, known: &[(&str, &str)]) -> Option<String> {
        let theirs = object.text("status")?;
        let ours = known.iter().find(|(status, _)| *status == theirs).map(|(_, ours)| (*ours).to_owned());
        if ours.is_none() {
            self.report(
                object,
                Severity::Warning,
                "is not a known status: left out",
                Some(("status", theirs)),
            );
        }
        ours
    }

    /// The name of a rack at its site. NetBox lets racks of two locations share one; ours have their own.
    fn rack_key(
        &mut self,
        rack: &Object,
        places: &Places,
        taken: &mut HashMap<RackKey, u64>,
    ) -> Option<RackKey> {
        let site = self.required(rack, "site", "dcim_site")?;
        let site = places.sites.get(&site.id)?.clone();
        let named = |name: String| RackKey { site: site.clone(), name };
        let name = rack.owned("name").unwrap_or_else(|| format!("netbox-{}", rack.id));
        let mut key = named(name.clone());
        if let Some(first) = taken.get(&key).copied() {
            let room = self.tables.find("dcim_location", rack.reference("location").unwrap_or_default());
            let room = room.and_then(|room| room.text("name"));
            key = room
                .map(|room| named(format!("{name} ({room})")))
                .filter(|key| !taken.contains_key(key))
                .unwrap_or_else(|| named(format!("{name} (netbox-{})", rack.id)));
            let message = format!(
                "line {first} has a rack of the same name at the site: this one is called '{}'",
                key.name
            );
            self.report(rack, Severity::Warning, &message, Some(("name", &name)));
        }
        taken.insert(key.clone(), rack.origin.row);
        Some(key)
    }

    fn rack(&mut self, rack: &Object, key: &RackKey, feeds: &Feeds<'_>) -> Rack {
        let location = self.referred(rack, "location", "dcim_location", Severity::Warning);
        let statuses = &[
            ("active", "ACTIVE"),
            ("available", "ACTIVE"),
            ("reserved", "ACTIVE"),
            ("planned", "PLANNED"),
            ("deprecated", "RETIRED"),
        ];
        let unit = rack.text("weight_unit").unwrap_or_default();
        Rack {
            origin: rack.origin.clone(),
            key: key.clone(),
            room: location.and_then(|location| location.owned("name")),
            status: self.status(rack, statuses),
            height_units: self.cell(rack, "u_height", |text| cell::integer(text, Style::default(), 1, 200)),
            protected_power_watts: feeds.protected_watts(self, rack),
            weight_limit_grams: self.cell(rack, "max_weight", |text| grams(text, unit)),
            source: Some(format!("netbox:rack:{}", rack.id)),
            ..Rack::default()
        }
    }

    /// The value of a field; one that cannot be read is left out with a warning.
    pub(super) fn cell<T>(
        &mut self,
        object: &Object,
        field: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = object.text(field)?;
        match read(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                let message = format!("{reason}: read as not given");
                self.report(object, Severity::Warning, &message, Some((field, text)));
                None
            }
        }
    }
}

/// The kind of site that the name of a site or of its group tells.
fn kind_of_words(name: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &[&str])] = &[
        ("COLOCATION", &["colocation", "colo", "colocations"]),
        ("DATA_CENTER", &["datacenter", "datacenters", "datacentre", "data center", "data centre", "dc"]),
        ("OFFICE", &["office", "offices", "branch", "branches", "headquarters", "hq", "campus"]),
        ("EDGE", &["edge", "pop", "pops"]),
        ("CLOUD_REGION", &["cloud"]),
    ];
    let lower: Vec<String> =
        name.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let spaced = format!(" {} ", lower.join(" "));
    let has = |word: &str| spaced.contains(&format!(" {word} "));
    WORDS.iter().find(|(_, words)| words.iter().any(|word| has(word))).map(|(kind, _)| *kind)
}

/// ISO 3166 codes of the countries that regions are commonly named for.
fn country_code(name: &str) -> Option<&'static str> {
    const COUNTRIES: &[(&str, &str)] = &[
        ("argentina", "AR"),
        ("australia", "AU"),
        ("austria", "AT"),
        ("belgium", "BE"),
        ("brazil", "BR"),
        ("canada", "CA"),
        ("chile", "CL"),
        ("china", "CN"),
        ("czechia", "CZ"),
        ("denmark", "DK"),
        ("finland", "FI"),
        ("france", "FR"),
        ("germany", "DE"),
        ("greece", "GR"),
        ("hong kong", "HK"),
        ("hungary", "HU"),
        ("india", "IN"),
        ("indonesia", "ID"),
        ("ireland", "IE"),
        ("israel", "IL"),
        ("italy", "IT"),
        ("japan", "JP"),
        ("luxembourg", "LU"),
        ("malaysia", "MY"),
        ("mexico", "MX"),
        ("netherlands", "NL"),
        ("new zealand", "NZ"),
        ("norway", "NO"),
        ("poland", "PL"),
        ("portugal", "PT"),
        ("romania", "RO"),
        ("saudi arabia", "SA"),
        ("singapore", "SG"),
        ("south africa", "ZA"),
        ("south korea", "KR"),
        ("spain", "ES"),
        ("sweden", "SE"),
        ("switzerland", "CH"),
        ("taiwan", "TW"),
        ("thailand", "TH"),
        ("turkey", "TR"),
        ("united arab emirates", "AE"),
        ("united kingdom", "GB"),
        ("united states", "US"),
        ("united states of america", "US"),
    ];
    let name = name.to_lowercase();
    COUNTRIES.iter().find(|(country, _)| *country == name).map(|(_, code)| *code)
}

/// The parts of an address that its text tells.
#[derive(Debug, PartialEq, Default)]
struct Address {
    street: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
}

impl Address {
    /// Only the shape `street, city, ST 12345` is taken apart; any other is the street as a whole.
    fn of(text: &str) -> Self {
        let parts: Vec<&str> =
            text.split(['\n', '\r', ',']).map(str::trim).filter(|part| !part.is_empty()).collect();
        if let [street @ .., city, last] = parts.as_slice()
            && let Some((region, postal_code)) = last.split_once(' ')
            && region.len() == 2
            && region.bytes().all(|byte| byte.is_ascii_uppercase())
            && postal_code.bytes().filter(u8::is_ascii_digit).count() >= 5
            && postal_code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return Address {
                street: Some(street.join(", ")).filter(|street| !street.is_empty()),
                city: Some((*city).to_owned()),
                region: Some(region.to_owned()),
                postal_code: Some(postal_code.to_owned()),
            };
        }
        Address { street: Some(parts.join(", ")).filter(|street| !street.is_empty()), ..Address::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_only_where_its_shape_is_known() {
        let known = |street: &str, city: &str, region: &str, postal_code: &str| Address {
            street: Some(street.into()),
            city: Some(city.into()),
            region: Some(region.into()),
            postal_code: Some(postal_code.into()),
        };
        let menasha = known("7 Indian Spring Lane", "Menasha", "WI", "54952");
        assert_eq!(Address::of("7 Indian Spring Lane\r\nMenasha, WI 54952"), menasha);
        let raleigh = known("401 Dan Allen Dr., Door 3", "Raleigh", "NC", "27607-1234");
        assert_eq!(Address::of("401 Dan Allen Dr., Door 3, Raleigh, NC 27607-1234"), raleigh);
        let whole = Address { street: Some("Kleyerstr. 1, 60326 Frankfurt".into()), ..Address::default() };
        assert_eq!(Address::of("Kleyerstr. 1\n60326 Frankfurt"), whole);
        assert_eq!(Address::of(" \n"), Address::default());
    }

    #[test]
    fn groups_tell_kinds_of_sites() {
        for (name, expected) in [
            ("Branch Offices", Some("OFFICE")),
            ("EU Data Centers", None),
            ("EU Data Center 2", Some("DATA_CENTER")),
            ("NYC-DC", Some("DATA_CENTER")),
            ("Colo", Some("COLOCATION")),
            ("Customer Sites", None),
        ] {
            assert_eq!(kind_of_words(name), expected, "{name}");
        }
    }
}
