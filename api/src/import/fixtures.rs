//! Real files, read from beside the project. Where they are absent the tests fail and say where they should be.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{CsvOptions, Format, Parsed, Severity, Source, parse};

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path)
}

fn source(path: &Path) -> Source {
    let bytes = fs::read(path).unwrap_or_else(|cause| panic!("{} is needed: {cause}", path.display()));
    Source { name: path.file_name().expect("a name").to_string_lossy().into_owned(), bytes }
}

fn read(format: Format, paths: &[PathBuf]) -> Parsed {
    let sources: Vec<_> = paths.iter().map(|path| source(path)).collect();
    parse(format, &sources, &CsvOptions::default())
}

fn netbox_tables() -> Parsed {
    let folder = shared("netbox-demo/v4.2");
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|cause| panic!("{} is needed: {cause}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    read(Format::Netbox, &paths)
}

fn messages(parsed: &Parsed) -> Vec<String> {
    parsed.problems.iter().map(ToString::to_string).collect()
}

/// How often each value occurs.
fn counts<'a>(values: impl Iterator<Item = Option<&'a String>>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value.map_or("-", String::as_str)).or_default() += 1;
    }
    counts
}

#[test]
fn the_tables_of_netbox_are_read_whole() {
    let parsed = netbox_tables();
    let records = &parsed.records;
    assert_eq!(records.sites.len(), 24);
    assert_eq!(records.racks.len(), 42);
    assert_eq!(records.manufacturers.len(), 14);
    assert_eq!(records.hardware_models.len(), 14);
    assert_eq!(records.assets.len(), 72);
    assert_eq!(records.vendors.len(), 9);
    assert_eq!(records.workloads.len(), 180);
    assert_eq!(records.provider_accounts.len(), 1);
    assert_eq!((records.power_feeds.len(), records.dependencies.len()), (48, 70));
    assert_eq!(
        messages(&parsed),
        [
            "dcim_device.csv: note: 72 devices have no asset tag and are tagged netbox-<id>",
            "dcim_powerfeed.csv: note: power feeds are rated in volt-amperes: \
             the protected watts of 24 racks take a power factor of 1",
            "virtualization_virtualmachine.csv: note: 180 virtual machines are workloads of 1 accounts made for the \
             types of their clusters; NetBox has no currency for them",
        ]
    );
}

#[test]
fn the_records_of_netbox_mean_what_it_shows() {
    let records = netbox_tables().records;
    let kinds = counts(records.hardware_models.iter().map(|model| model.kind.as_ref()));
    let expected = [("-", 4), ("CHASSIS", 1), ("PATCH_PANEL", 3), ("POWER", 1), ("ROUTER", 1), ("SWITCH", 4)];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(counts(records.sites.iter().map(|site| site.kind.as_ref()))["OFFICE"], 20);
    assert!(records.sites.iter().all(|site| site.country.as_deref() == Some("US")));
    let site = records.sites.iter().find(|site| site.code == "jbb-branch-104").expect("the site");
    assert_eq!(site.street.as_deref(), Some("7 Indian Spring Lane"));
    assert_eq!((site.city.as_deref(), site.region.as_deref()), (Some("Menasha"), Some("Wisconsin")));
    let watts: Vec<_> = records.racks.iter().filter_map(|rack| rack.protected_power_watts).collect();
    assert_eq!(watts, [3_520; 24]);
    let feed = &records.power_feeds[1];
    assert_eq!(
        (feed.name.as_str(), feed.side.as_deref(), feed.capacity_watts),
        ("P2-1B", Some("B"), Some(3_520))
    );
    assert_eq!((feed.panel.as_deref(), feed.rack.is_some()), (Some("Panel 2"), true));
    // The router draws from a power distribution unit, which is a device too.
    let edge = records.dependencies.iter().find(|edge| edge.from.parts == ["netbox-1"]).expect("the cable");
    assert_eq!((edge.to.kind.as_str(), edge.to.parts.as_slice()), ("ASSET", &["netbox-27".to_owned()][..]));
    let asset = records.assets.iter().find(|asset| asset.tag == "netbox-1").expect("the device");
    assert_eq!(asset.name.as_deref(), Some("dmi01-akron-rtr01"));
    assert_eq!(asset.rack.as_ref().map(|rack| rack.name.as_str()), Some("Comms closet"));
    assert_eq!((asset.position_half_units, asset.face.as_deref()), (Some(8), Some("FRONT")));
    assert_eq!(asset.status.as_deref(), Some("IN_SERVICE"));
    assert_eq!(asset.owner.as_deref(), Some("Dunder-Mifflin, Inc."));
    assert_eq!(records.assets.iter().filter(|asset| asset.rack.is_none()).count(), 0);
    assert!(
        records.workloads.iter().all(|workload| workload.vcpu.is_none() && workload.memory_gib.is_none())
    );
    assert_eq!(records.provider_accounts[0].key.account_number, "netbox-digitalocean");
}

#[test]
fn the_dump_of_netbox_is_read_as_its_tables_are() {
    let dump = read(Format::Netbox, &[shared("netbox-demo/netbox-demo-v3.6.json.gz")]);
    let (dump, tables) = (dump.records, netbox_tables().records);
    // The dump is of an earlier version of the same data: the order and some rows' places differ, the keys do not.
    assert_eq!(
        (dump.sites.len(), dump.racks.len(), dump.assets.len(), dump.workloads.len()),
        (24, 42, 72, 180)
    );
    let keys = |records: &super::Records| {
        let mut keys: Vec<_> = records
            .assets
            .iter()
            .map(|asset| {
                (asset.tag.clone(), asset.rack.clone(), asset.position_half_units, asset.model.clone())
            })
            .collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&dump), keys(&tables));
    let powered = |records: &super::Records| {
        let ends = |edge: &super::records::Dependency| (edge.from.clone(), edge.to.clone());
        records.dependencies.iter().map(ends).collect::<Vec<_>>()
    };
    assert_eq!(powered(&dump), powered(&tables));
    assert_eq!((dump.power_feeds.len(), dump.dependencies.len()), (48, 70));
    let watts: Vec<_> = dump.racks.iter().filter_map(|rack| rack.protected_power_watts).collect();
    assert_eq!(watts, [3_520; 24]);
}

#[test]
fn the_device_type_library_is_read_whole() {
    let parsed = read(Format::DeviceTypes, &[shared("devicetype-library/device_types.csv")]);
    assert_eq!(parsed.records.hardware_models.len(), 4_449);
    assert_eq!(parsed.records.manufacturers.len(), 204);
    assert_eq!(
        messages(&parsed),
        ["device_types.csv:3003: warning: model: 'MX304' line 3004 has a model of the same name: \
          this one is called 'MX304 (MX304-BASE)'"]
    );
    let models = &parsed.records.hardware_models;
    assert_eq!(models.iter().filter(|model| model.maximum_draw_watts.is_some()).count(), 2_015);
    assert_eq!(models.iter().filter(|model| model.typical_draw_watts.is_some()).count(), 675);
    assert_eq!(models.iter().filter(|model| model.weight_grams.is_some()).count(), 2_407);
    assert_eq!(models.iter().filter(|model| model.height_half_units == Some(0)).count(), 670);
    let odd = models.iter().filter(|model| model.height_half_units.is_some_and(|halves| halves % 2 == 1));
    assert_eq!(odd.count(), 17);
    let draw = |name: &str| {
        models.iter().find(|model| model.key.name == name).and_then(|model| model.maximum_draw_watts)
    };
    assert_eq!(draw("Thunder 4440 ADC"), Some(445));
    assert_eq!(draw("OS6450-24"), Some(90));
}

#[test]
fn the_json_of_the_device_type_library_agrees_with_its_table() {
    let table = read(Format::DeviceTypes, &[shared("devicetype-library/device_types.csv")]).records;
    let json =
        read(Format::DeviceTypes, &[shared("devicetype-library/power_and_dimensions.json.gz")]).records;
    assert_eq!(json.hardware_models.len(), 4_449);
    let facts = |records: &super::Records| -> Vec<_> {
        let models = records.hardware_models.iter();
        models
            .map(|model| {
                (
                    model.key.clone(),
                    model.height_half_units,
                    model.weight_grams,
                    model.maximum_draw_watts,
                    model.full_depth,
                )
            })
            .collect()
    };
    assert_eq!(facts(&json), facts(&table));
}

#[test]
fn the_releases_of_endoflife_are_read_whole() {
    let parsed = read(Format::Endoflife, &[shared("endoflife/releases.csv")]);
    assert_eq!(messages(&parsed), Vec::<String>::new());
    let releases = &parsed.records.software_releases;
    assert_eq!(releases.len(), 8_351);
    let states = counts(releases.iter().map(|release| release.end_of_life.as_ref()));
    assert_eq!(
        states.into_iter().collect::<Vec<_>>(),
        [("DATED", 7_228), ("NOT_ANNOUNCED", 644), ("REACHED", 479)]
    );
    let states = counts(releases.iter().map(|release| release.active_support.as_ref()));
    assert_eq!(states["UNKNOWN"], 5_464);
    assert!(releases.iter().all(|release| release.released_on.is_some()));
    let mismatched = releases.iter().filter(|release| {
        (release.end_of_life.as_deref() == Some("DATED")) != release.end_of_life_on.is_some()
    });
    assert_eq!(mismatched.count(), 0);
}

#[test]
fn a_foreign_table_is_refused_by_name_and_not_by_accident() {
    let parsed = read(Format::Csv(None), &[shared("chameleon/nodes.csv")]);
    assert!(parsed.records.is_empty());
    assert_eq!(parsed.problems.iter().filter(|problem| problem.severity == Severity::Error).count(), 1);
}
