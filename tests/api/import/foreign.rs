//! Real files of other systems, read from beside the project.

use std::{
    fs,
    path::{Path, PathBuf},
};

use api::{
    access::Role,
    import::{
        CsvOptions, Format, Source,
        apply::{Options, Report, apply},
        parse,
    },
};
use support::{TestApp, on_both_engines};

use super::{counts, dump, problems};

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path)
}

fn files(paths: &[&str]) -> Vec<Source> {
    let source = |path: &&str| {
        let path = shared(path);
        Source {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: fs::read(&path).unwrap_or_else(|cause| panic!("{} is needed: {cause}", path.display())),
        }
    };
    paths.iter().map(source).collect()
}

fn folder(path: &str, ending: &str) -> Vec<Source> {
    let folder = shared(path);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|cause| panic!("{} is needed: {cause}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| Source {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: fs::read(path).unwrap(),
        })
        .collect()
}

async fn import(app: &TestApp, format: Format, sources: &[Source]) -> Report {
    let parsed = parse(format, sources, &CsvOptions::default());
    apply(app.store(), &app.caller(Role::Director), parsed, Options::default()).await.unwrap()
}

async fn twice(app: &TestApp, format: Format, sources: &[Source]) -> [Report; 2] {
    let first = import(app, format, sources).await;
    let before = dump(app).await;
    let second = import(app, format, sources).await;
    assert!(dump(app).await == before, "the second import changed something");
    [first, second]
}

#[test]
fn the_demo_of_netbox_comes_in_twice() {
    on_both_engines(async |app| {
        let [first, second] = twice(app, Format::Netbox, &folder("netbox-demo/v4.2", ".csv")).await;
        insta::assert_snapshot!("netbox_first", counts(&first).join("\n"));
        insta::assert_snapshot!("netbox_second", counts(&second).join("\n"));
        insta::assert_snapshot!("netbox_problems", problems(&first).join("\n"));
    });
}

#[test]
fn the_older_demo_of_netbox_comes_in_twice() {
    on_both_engines(async |app| {
        let [first, second] =
            twice(app, Format::Netbox, &files(&["netbox-demo/netbox-demo-v3.6.json.gz"])).await;
        insta::assert_snapshot!("older_netbox_first", counts(&first).join("\n"));
        insta::assert_snapshot!("older_netbox_second", counts(&second).join("\n"));
    });
}

#[test]
fn the_library_of_device_types_comes_in_twice() {
    on_both_engines(async |app| {
        let sources = files(&["devicetype-library/device_types.csv"]);
        let [first, second] = twice(app, Format::DeviceTypes, &sources).await;
        insta::assert_snapshot!("device_types_first", counts(&first).join("\n"));
        insta::assert_snapshot!("device_types_second", counts(&second).join("\n"));
        // The same types, with power and dimensions in another file.
        let sources = files(&["devicetype-library/power_and_dimensions.json.gz"]);
        let [first, second] = twice(app, Format::DeviceTypes, &sources).await;
        insta::assert_snapshot!("device_types_with_power_first", counts(&first).join("\n"));
        insta::assert_snapshot!("device_types_with_power_second", counts(&second).join("\n"));
    });
}

#[test]
fn the_releases_of_endoflife_come_in_twice() {
    on_both_engines(async |app| {
        let [first, second] = twice(app, Format::Endoflife, &files(&["endoflife/releases.csv"])).await;
        insta::assert_snapshot!("endoflife_first", counts(&first).join("\n"));
        insta::assert_snapshot!("endoflife_second", counts(&second).join("\n"));
        insta::assert_snapshot!("endoflife_problems", problems(&first).join("\n"));
    });
}
