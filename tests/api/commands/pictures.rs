//! The roadmap as a picture.

use std::{collections::BTreeSet, fs};

use roxmltree::Document;
use support::on_both_engines;

use super::{fill, roadmap, roadmap_of};

/// Every text of a picture.
fn texts(picture: &str) -> BTreeSet<String> {
    let document = Document::parse(picture).unwrap();
    let texts = document.descendants().filter(|node| node.tag_name().name() == "text");
    texts.map(|node| node.text().unwrap().trim().to_owned()).collect()
}

#[test]
fn the_roadmap_is_drawn_as_it_was_asked_for() {
    on_both_engines(async |app| {
        fill(app.database());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("roadmap.svg");
        fs::write(&file, "what was there before").unwrap();
        let path = file.display().to_string();
        let asked = ["--currency", "USD", "--view", "cash", "--columns", "quarters"];
        let (code, table, told) = roadmap(app.database(), &[&asked[..], &["--chart", &path]].concat());
        assert_eq!(code, Some(0), "{told}");
        assert_eq!(table, roadmap(app.database(), &asked).1, "the table stays as it is");
        let picture = fs::read_to_string(&file).unwrap();
        let texts = texts(&picture);
        for text in [
            "Infrastructure roadmap 2027-01 to 2028-03",
            "USD per quarter",
            "FY27",
            "FY28",
            "Q1",
            "Q4",
            "colocation",
            "cloud",
            "total",
        ] {
            assert!(texts.contains(text), "`{text}` is not among {texts:?}");
        }
        let about = texts.iter().find(|text| text.starts_with("cash, ")).unwrap();
        assert!(about.ends_with(", USD per quarter, as of 2026-12-01"), "{about}");
        assert!(texts.iter().any(|text| text.starts_with("left out: ")), "{texts:?}");
        // Another run draws the same, on standard output alone.
        let (code, printed, _) = roadmap(app.database(), &[&asked[..], &["--chart", "-"]].concat());
        assert_eq!((code, printed == picture), (Some(0), true), "{printed}");
    });
}

#[test]
fn a_picture_says_which_quarters_are_not_whole_and_how_sure_sums_are() {
    on_both_engines(async |app| {
        fill(app.database());
        let asked = ["--months", "14", "--currency", "USD", "--runs", "50", "--chart", "-"];
        let (code, picture, told) = roadmap_of(app.database(), &asked);
        assert_eq!(code, Some(0), "{told}");
        let texts = texts(&picture);
        assert!(texts.contains("* FY28 Q1 has 2 months only.") && texts.contains("Q1*"), "{texts:?}");
        assert!(texts.contains("P10 to P90"), "{texts:?}");
    });
}

#[test]
fn a_picture_that_cannot_be_written_is_a_failure() {
    on_both_engines(async |app| {
        fill(app.database());
        let (code, _, told) =
            roadmap(app.database(), &["--currency", "USD", "--chart", "/no/such/folder/x.svg"]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.starts_with("plinth: /no/such/folder/x.svg: "), "{told}");
    });
}
