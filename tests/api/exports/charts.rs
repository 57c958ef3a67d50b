//! Pictures: read back as XML, and held to what they have to say to those who cannot see colours.

use std::collections::BTreeSet;

use api::export::charts::{Event, Exhausted, Fan, FanPoint, Layer, Month, Quarter, Range, Stack, fan, stack};
use chrono::NaiveDate;
use roxmltree::Document;
use rust_decimal::Decimal;

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn months(first: &str, count: i32) -> impl Iterator<Item = Month> {
    let first = month(first);
    (0..count).map(move |ahead| first.plus(ahead))
}

/// Thirty months of a pool that runs out in 2027.
fn pool() -> Fan {
    let observed = months("2025-01", 18).zip(0..).filter(|(_, place)| *place != 7);
    let ahead = months("2026-07", 12).zip(18..);
    Fan {
        title: "Storage <tier 1> & \"backup\" of Müller's".to_owned(),
        unit: "TB".to_owned(),
        as_of: NaiveDate::from_ymd_opt(2026, 7, 1).unwrap(),
        history: observed.map(|(month, place)| (month, Decimal::from(200 + 5 * place))).collect(),
        points: ahead
            .map(|(month, place)| FanPoint {
                month,
                p10: Some(Decimal::from(195 + 4 * place)),
                p50: Decimal::from(200 + 5 * place),
                p90: Decimal::from(205 + 6 * place),
            })
            .collect(),
        supply: vec![(month("2024-01"), Decimal::from(280)), (month("2027-01"), Decimal::from(340))],
        events: vec![
            Event {
                month: month("2026-11"),
                name: "Exit <Bonn>".to_owned(),
                quantity: Some(Decimal::from(-12)),
            },
            Event {
                month: month("2026-11"),
                name: "Growth & more".to_owned(),
                quantity: Some(Decimal::from(40)),
            },
            Event { month: month("2031-01"), name: "Far away".to_owned(), quantity: None },
        ],
        exhaustions: vec![Exhausted { month: month("2026-08"), name: "P90".to_owned() }],
        notes: vec!["2025-08 was not observed.".to_owned()],
    }
}

fn spend() -> Stack {
    let quarter = |place: usize| Quarter {
        year: format!("FY{}", 27 + place / 4),
        name: format!("Q{}", place % 4 + 1),
        months: (place == 4).then_some(2),
    };
    let layer = |name: &str, amount: i64| Layer {
        name: name.to_owned(),
        amounts: (0..5).map(|place| Decimal::from(amount * (place + 4))).collect(),
    };
    Stack {
        title: "Infrastructure roadmap".to_owned(),
        about: "cash, Calendar years".to_owned(),
        currency: "USD".to_owned(),
        as_of: NaiveDate::from_ymd_opt(2026, 7, 1).unwrap(),
        quarters: (0..5).map(quarter).collect(),
        layers: vec![layer("colocation", 100_000), layer("cloud", 50_000), layer("disposal", -10_000)],
        ranges: Vec::new(),
        notes: Vec::new(),
    }
}

/// Every text of a picture, and its size.
fn read(picture: &str) -> (BTreeSet<String>, (i32, i32)) {
    let document = Document::parse(picture).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    assert!(document.descendants().any(|node| node.has_tag_name((SVG, "title"))), "{picture}");
    assert!(document.descendants().any(|node| node.has_tag_name((SVG, "desc"))), "{picture}");
    let size = |name: &str| root.attribute(name).unwrap().parse::<i32>().unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name((SVG, "text")));
    let (width, height) = (size("width"), size("height"));
    for text in texts.clone() {
        let at = |name: &str| text.attribute(name).unwrap().parse::<i32>().unwrap();
        // What is turned has its place in another direction.
        if text.attribute("transform").is_none() {
            let (x, y) = (at("x"), at("y"));
            assert!((0..=width).contains(&x) && (0..=height).contains(&y), "{text:?} is outside");
        }
    }
    (texts.map(|text| text.text().unwrap().trim().to_owned()).collect(), (width, height))
}

const SVG: &str = "http://www.w3.org/2000/svg";

#[track_caller]
fn assert_says(texts: &BTreeSet<String>, expected: &[&str]) {
    for text in expected {
        assert!(texts.contains(*text), "`{text}` is not among {texts:?}");
    }
}

#[test]
fn a_fan_says_what_it_shows() {
    let picture = fan(&pool()).unwrap();
    let (texts, _) = read(&picture);
    assert_says(
        &texts,
        &[
            "Storage <tier 1> & \"backup\" of Müller's",
            "TB",
            "TB, as of 2026-07-01; months observed: 17, months forecast: 12",
            "as of 2026-07-01",
            "observed",
            "P50 of demand",
            "P10 to P90 of demand",
            "supply",
            "2025-01",
            "2026-07",
            "400",
            "P90 reaches supply: 2026-08",
            "2026-11 Exit <Bonn> (-12 TB)",
            "2026-11 Growth & more (+40 TB)",
            "P50 345",
            "supply 340",
            "2025-08 was not observed.",
            "Events before 2025-01 or after 2027-06 are not drawn: 1.",
        ],
    );
    assert_eq!(picture, fan(&pool()).unwrap(), "equal values are equal bytes");
}

#[test]
fn what_was_not_observed_is_a_gap_in_the_line() {
    let thick = |fan_of: &Fan| {
        let picture = fan(fan_of).unwrap();
        let document = Document::parse(&picture).unwrap();
        let lines = document.descendants().filter(|node| {
            node.has_tag_name((SVG, "polyline"))
                && node.attribute("stroke") == Some("#222222")
                && node.attribute("stroke-width") == Some("3")
        });
        // Three and more dots: neither the sample of the legend nor a cross.
        lines.filter(|line| line.attribute("points").unwrap().split_whitespace().count() > 2).count()
    };
    let whole = Fan { history: months("2025-01", 18).map(|month| (month, Decimal::TEN)).collect(), ..pool() };
    assert_eq!((thick(&pool()), thick(&whole)), (2, 1));
}

#[test]
fn what_was_reached_before_supply_is_known_is_crossed_where_it_was_observed() {
    let late = |month_reached: &str| Fan {
        supply: vec![(month("2026-07"), Decimal::from(280))],
        exhaustions: vec![Exhausted { month: month(month_reached), name: "P90".to_owned() }],
        ..pool()
    };
    let picture = fan(&late("2025-03")).unwrap();
    let document = Document::parse(&picture).unwrap();
    let lines: Vec<Vec<(i32, i32)>> = document
        .descendants()
        .filter(|node| node.has_tag_name((SVG, "polyline")) && node.attribute("stroke-width") == Some("3"))
        .map(|node| {
            let dots = node.attribute("points").unwrap().split_whitespace();
            let dots = dots.map(|dot| {
                let (x, y) = dot.split_once(',').unwrap();
                (x.parse().unwrap(), y.parse().unwrap())
            });
            dots.collect()
        })
        .collect();
    // The first run of what was observed has seven months; the cross is on the third.
    let observed = lines.iter().find(|line| line.len() == 7).unwrap();
    let (x, y) = observed[2];
    assert!(lines.contains(&vec![(x - 7, y - 7), (x + 7, y + 7)]), "{lines:?}");
    assert!(read(&picture).0.contains("demand reaches supply"));
    // Nothing is known of August 2025.
    let (texts, _) = read(&fan(&late("2025-08")).unwrap());
    assert!(!texts.contains("demand reaches supply"), "{texts:?}");
}

#[test]
fn an_empty_picture_says_why() {
    let empty =
        Fan { history: Vec::new(), points: Vec::new(), notes: vec!["Nobody looked.".into()], ..pool() };
    assert_says(
        &read(&fan(&empty).unwrap()).0,
        &[
            "Nothing to draw",
            "Nobody looked.",
            "TB, as of 2026-07-01; months observed: 0, months forecast: 0",
        ],
    );
    let unsaid = Fan { notes: Vec::new(), ..empty };
    assert_says(&read(&fan(&unsaid).unwrap()).0, &["nothing was observed, and nothing is forecast"]);
    let nothing = Stack { layers: Vec::new(), ..spend() };
    assert_says(&read(&stack(&nothing).unwrap()).0, &["Nothing to draw", "no quarter has an amount"]);
}

#[test]
fn whatever_is_asked_is_drawn_and_no_larger_than_a_picture_may_be() {
    let huge = Decimal::from_i128_with_scale(79_000_000_000_000_000_000_000_000_000, 0);
    let tiny = Decimal::from_i128_with_scale(1, 24);
    for value in [huge, -huge, tiny, -tiny, Decimal::ZERO, Decimal::from(999_999)] {
        let of = |month| FanPoint { month, p10: None, p50: value, p90: value };
        let chart = Fan {
            history: months("1900-01", 1_200).map(|month| (month, value)).collect(),
            points: months("2000-01", 600).map(of).collect(),
            events: (0..5_000)
                .map(|place| Event {
                    month: month("2010-01").plus(place % 40),
                    name: "\u{1}\u{FFFF}]]>".repeat(500),
                    quantity: Some(value),
                })
                .collect(),
            exhaustions: vec![Exhausted { month: month("9999-01"), name: "P50".to_owned() }],
            notes: vec!["Word ".repeat(5_000); 50],
            ..pool()
        };
        let picture = fan(&chart).unwrap();
        let (texts, (width, height)) = read(&picture);
        assert!(
            width == 1_200 && height < 1_600 && picture.len() < 600_000,
            "{width}, {height}, {}",
            picture.len()
        );
        assert!(texts.iter().any(|text| text.starts_with("What was observed before ")), "{texts:?}");
        let layers = (0..40).map(|place| Layer { name: format!("layer {place}"), amounts: vec![value; 100] });
        let quarters =
            (0..100).map(|place| Quarter { year: format!("FY{place}"), name: "Q1".into(), months: Some(1) });
        let chart = Stack { layers: layers.collect(), quarters: quarters.collect(), ..spend() };
        let picture = stack(&chart).unwrap();
        let (_, (width, height)) = read(&picture);
        assert!(
            width == 1_200 && height < 1_600 && picture.len() < 1_000_000,
            "{width}, {height}, {}",
            picture.len()
        );
    }
}

#[test]
fn stacked_quarters_say_what_they_show() {
    let (texts, _) = read(&stack(&spend()).unwrap());
    assert_says(
        &texts,
        &[
            "Infrastructure roadmap",
            "cash, Calendar years, USD per quarter, as of 2026-07-01",
            "USD per quarter",
            "FY27",
            "FY28",
            "Q1*",
            "Q4",
            "1.2 M",
            "0.4 M",
            "colocation",
            "cloud",
            "disposal",
            "sum of a quarter",
            "560 k",
            "-300 k",
            "3.0 M",
            "* FY28 Q1 has 2 months only.",
        ],
    );
    assert!(!texts.contains("P10 to P90"));
    let ranges = vec![Range { p10: Decimal::from(500_000), p90: Decimal::from(900_000) }; 5];
    let uncertain = Stack { ranges, ..spend() };
    assert_says(&read(&stack(&uncertain).unwrap()).0, &["P10 to P90"]);
}

#[test]
fn layers_are_told_apart_without_colours() {
    let layers: Vec<Layer> = (0..8)
        .map(|place| Layer { name: format!("layer {place}"), amounts: vec![Decimal::from(100); 5] })
        .collect();
    let picture = stack(&Stack { layers, ..spend() }).unwrap();
    let document = Document::parse(&picture).unwrap();
    let mut fills: Vec<&str> = Vec::new();
    for node in document.descendants().filter(|node| node.has_tag_name((SVG, "rect"))) {
        let fill = node.attribute("fill").unwrap();
        if fill != "#FFFFFF" && !fills.contains(&fill) {
            fills.push(fill);
        }
    }
    assert_eq!(fills.len(), 8, "{fills:?}");
    let part = |fill: &str, at: usize| f64::from(u32::from_str_radix(&fill[at..at + 2], 16).unwrap());
    let grey = |fill: &&str| 0.299 * part(fill, 1) + 0.587 * part(fill, 3) + 0.114 * part(fill, 5);
    for pair in fills.iter().map(grey).collect::<Vec<f64>>().windows(2) {
        assert!((pair[0] - pair[1]).abs() > 25.0, "neighbours are as light as each other: {fills:?}");
    }
}
