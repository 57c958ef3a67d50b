//! Real files of other systems, read from beside the project.

use std::{
    fs,
    path::{Path, PathBuf},
};

use api::{
    access::Role,
    export::line::Line,
    import::{
        CsvOptions, Format, Source,
        apply::{Options, Report, apply},
        csv::Noun,
        parse,
    },
};
use support::{TestApp, on_both_engines};

use super::{counts, dump, exporting::lines, problems};

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

/// The hardware models, as they are exported.
async fn models(app: &TestApp) -> Vec<Line> {
    let mut models = lines(app, Noun::HardwareModel, 1_000).await;
    models.sort();
    models
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

const DEVICE_TYPES: &str = "devicetype-library/device_types.csv";
const POWER_AND_DIMENSIONS: &str = "devicetype-library/power_and_dimensions.json.gz";

#[test]
fn the_library_of_device_types_comes_in_twice() {
    on_both_engines(async |app| {
        let [first, second] = twice(app, Format::DeviceTypes, &files(&[DEVICE_TYPES])).await;
        insta::assert_snapshot!("device_types_first", counts(&first).join("\n"));
        insta::assert_snapshot!("device_types_second", counts(&second).join("\n"));
        insta::assert_snapshot!("device_types_problems", problems(&first).join("\n"));
        // The list has the same types, and knows less of their kinds.
        let before = models(app).await;
        let [first, second] = twice(app, Format::DeviceTypes, &files(&[POWER_AND_DIMENSIONS])).await;
        insta::assert_snapshot!("device_types_with_power_first", counts(&first).join("\n"));
        insta::assert_snapshot!("device_types_with_power_second", counts(&second).join("\n"));
        assert!(models(app).await == before, "the list changed what the table knows");
    });
}

#[test]
fn the_sources_of_device_types_come_in_any_order() {
    on_both_engines(async |app| {
        let together = twice(app, Format::DeviceTypes, &files(&[POWER_AND_DIMENSIONS, DEVICE_TYPES])).await;
        let expected = ["manufacturer 204/0/0/0", "hardware_model 4449/0/0/0"];
        assert_eq!(counts(&together[0]), expected);
        let unchanged = ["manufacturer 0/0/204/0", "hardware_model 0/0/4449/0"];
        for paths in [&[DEVICE_TYPES][..], &[POWER_AND_DIMENSIONS], &[DEVICE_TYPES, POWER_AND_DIMENSIONS]] {
            let report = import(app, Format::DeviceTypes, &files(paths)).await;
            assert_eq!(counts(&report), unchanged, "{paths:?}");
        }
    });
}

#[test]
fn a_list_of_device_types_is_completed_by_their_table() {
    on_both_engines(async |app| {
        import(app, Format::DeviceTypes, &files(&[POWER_AND_DIMENSIONS])).await;
        import(app, Format::DeviceTypes, &files(&[DEVICE_TYPES])).await;
        let after = models(app).await;
        for paths in [&[POWER_AND_DIMENSIONS][..], &[DEVICE_TYPES], &[DEVICE_TYPES, POWER_AND_DIMENSIONS]] {
            let report = import(app, Format::DeviceTypes, &files(paths)).await;
            assert!(!report.written, "{paths:?}: {:?}", counts(&report));
        }
        let other = TestApp::start(app.engine()).await;
        import(&other, Format::DeviceTypes, &files(&[DEVICE_TYPES])).await;
        assert!(models(&other).await == after, "the order of the files makes other models");
        other.stop().await;
    });
}

#[test]
fn a_catalogue_that_contradicts_another_is_told_of() {
    on_both_engines(async |app| {
        import(app, Format::Netbox, &folder("netbox-demo/v4.2", ".csv")).await;
        let report = import(app, Format::DeviceTypes, &files(&[DEVICE_TYPES])).await;
        let draws: Vec<_> = problems(&report).into_iter().filter(|it| it.contains("_draw_watts")).collect();
        insta::assert_snapshot!("device_types_contradicting", draws.join("\n"));
        assert_eq!(report.refused(), 0);
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
