//! The worked examples of the domain, by id. Each area asserts its own; the last test asserts that none of the
//! ids of these areas was forgotten.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod examples;

use examples::Examples;

/// Ids that begin with one of these are asserted here.
const AREAS: [&str; 7] = ["1.", "2.", "3.", "4.", "6.", "8.overstay", "13.roadmap"];

#[test]
fn colocation_months() {
    examples::colocation::months(&Examples::read());
}

#[test]
fn colocation_dates() {
    examples::colocation::dates(&Examples::read());
}

#[test]
fn colocation_power() {
    examples::colocation::power(&Examples::read());
}

#[test]
fn colocation_ends() {
    examples::colocation::ends(&Examples::read());
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
fn tax_tables() {
    examples::books::tax_tables(&Examples::read());
}

#[test]
fn events_in_books() {
    examples::books::events(&Examples::read());
}

#[test]
fn leases() {
    examples::books::leases(&Examples::read());
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
fn budget_variances() {
    examples::budget::variances(&Examples::read());
}

#[test]
fn budget_outlooks() {
    examples::budget::outlooks(&Examples::read());
}

#[test]
fn budget_unit_costs() {
    examples::budget::unit_costs(&Examples::read());
}

#[test]
fn budget_allocation() {
    examples::budget::allocation(&Examples::read());
}

#[test]
fn budget_savings() {
    examples::budget::savings(&Examples::read());
}

#[test]
fn layers_of_capacity() {
    examples::capacity::layers(&Examples::read());
}

#[test]
fn exhaustion_of_capacity() {
    examples::capacity::exhaustion(&Examples::read());
}

#[test]
fn placement_by_capacity() {
    examples::capacity::placement(&Examples::read());
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
    examples::colocation::power(&examples);
    examples::colocation::ends(&examples);
    examples::refresh::dates_and_quantities(&examples);
    examples::refresh::prices(&examples);
    examples::deferral::costs_and_risks(&examples);
    examples::levelling::under_caps(&examples);
    examples::depreciation::methods(&examples);
    examples::depreciation::conventions(&examples);
    examples::depreciation::roll_forward(&examples);
    examples::books::tax_tables(&examples);
    examples::books::events(&examples);
    examples::books::leases(&examples);
    examples::calendar::fiscal(&examples);
    examples::calendar::splits(&examples);
    examples::budget::variances(&examples);
    examples::budget::outlooks(&examples);
    examples::budget::unit_costs(&examples);
    examples::budget::allocation(&examples);
    examples::budget::savings(&examples);
    examples::capacity::layers(&examples);
    examples::capacity::exhaustion(&examples);
    examples::capacity::placement(&examples);
    examples::roadmap::years(&examples);
    let forgotten = examples.not_asserted(&AREAS);
    assert!(forgotten.is_empty(), "ids without an assertion: {forgotten:?}");
}
