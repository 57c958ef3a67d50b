//! The worked examples of the domain, by id. Each area asserts its own; the last test asserts that none of the
//! ids of these areas was forgotten.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod examples;

use examples::Examples;

/// Ids that begin with one of these are asserted here.
const AREAS: [&str; 20] = [
    "1.C1",
    "1.meter",
    "1.overage",
    "1.cpi",
    "1.date",
    "1.term",
    "1.contract_total",
    "1.notice",
    "1.renewal",
    "1.pue",
    "2.",
    "3.SL",
    "3.SYD",
    "3.DDB",
    "3.DB150",
    "3.rollforward",
    "3.fy",
    "3.445",
    "4.alloc.lr",
    "13.roadmap",
];

#[test]
fn colocation_months() {
    examples::colocation::months(&Examples::read());
}

#[test]
fn colocation_dates() {
    examples::colocation::dates(&Examples::read());
}

#[test]
fn colocation_meters() {
    examples::colocation::meters(&Examples::read());
}

#[test]
fn refresh_dates_and_quantities() {
    examples::refresh::dates_and_quantities(&Examples::read());
}

#[test]
fn refresh_prices() {
    examples::refresh::prices(&Examples::read());
}

#[test]
fn refresh_deferral() {
    examples::deferral::costs_and_risks(&Examples::read());
}

#[test]
fn levelling() {
    examples::levelling::under_caps(&Examples::read());
}

#[test]
fn depreciation_methods() {
    examples::depreciation::methods(&Examples::read());
}

#[test]
fn depreciation_conventions() {
    examples::depreciation::conventions(&Examples::read());
}

#[test]
fn depreciation_roll_forward() {
    examples::depreciation::roll_forward(&Examples::read());
}

#[test]
fn fiscal_calendars() {
    examples::calendar::fiscal(&Examples::read());
}

#[test]
fn splits() {
    examples::calendar::splits(&Examples::read());
}

#[test]
fn the_roadmap() {
    examples::roadmap::years(&Examples::read());
}

#[test]
fn no_example_is_forgotten() {
    let examples = Examples::read();
    examples::colocation::months(&examples);
    examples::colocation::dates(&examples);
    examples::colocation::meters(&examples);
    examples::refresh::dates_and_quantities(&examples);
    examples::refresh::prices(&examples);
    examples::deferral::costs_and_risks(&examples);
    examples::levelling::under_caps(&examples);
    examples::depreciation::methods(&examples);
    examples::depreciation::conventions(&examples);
    examples::depreciation::roll_forward(&examples);
    examples::calendar::fiscal(&examples);
    examples::calendar::splits(&examples);
    examples::roadmap::years(&examples);
    let forgotten = examples.not_asserted(&AREAS);
    assert!(forgotten.is_empty(), "ids without an assertion: {forgotten:?}");
}
