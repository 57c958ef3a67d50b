//! Why a forecast is what it is, in a sentence or two.

use super::members::Member;
use super::method::Method;
use super::selection::Selection;

/// The method, why it was chosen, and what is assumed.
pub(super) fn reason(asked: Method, selection: &Selection, has_season: bool, tried: bool) -> String {
    let choice = match (asked, &selection.other) {
        (Method::Auto, Some((member, share))) => format!(
            "{} alone: on the series' own past its errors were {:.0} % of those of the combination",
            name(*member),
            100.0 * share
        ),
        (Method::Auto, None) if selection.weighed => {
            let weights: Vec<String> = selection
                .weights
                .iter()
                .map(|(member, weight)| format!("{} {:.0} %", name(*member), 100.0 * weight))
                .collect();
            format!("no single method was clearly better on the series' own past: {}", weights.join(", "))
        }
        (Method::Auto, None) => {
            "too short to choose by its own past: the mean of methods that err differently".to_owned()
        }
        (Method::Combination, _) => "asked for by name: the mean of methods that err differently".to_owned(),
        (named, _) if named.is_reference() => {
            format!(
                "asked for by name: {named}, from all observations as they are, as other methods are held against it"
            )
        }
        (named, _) => format!("asked for by name: {named}"),
    };
    let season = match selection.weights[..] {
        [(Member::Naive, _)] => "no season is carried on",
        [(Member::SeasonalNaive, _)] => "the last period goes on as it was",
        [(Member::Adjusted, _)] => "the season goes on where it passes the test of the M4 competition",
        _ if has_season => "what recurs is carried on as far as it is sure",
        _ => "nothing recurs for sure",
    };
    let growth = match selection.weights[..] {
        [(member, _)] => growth(member),
        _ => "growth fades in part: a damped trend is one of the methods",
    };
    let widths = widths(tried);
    format!("{choice}; {season}; {growth}; {widths}")
}

/// The same where the level stays and changes at once.
pub(super) fn of_stairs() -> String {
    let widths = widths(true);
    format!(
        "levels stay and change at once: without the changes, the mean of methods that err differently; changes to come \
         count in proportion to the chance that there are more, so that growth fades where none has come for longer \
         than usual; {widths}, and reach to what is likely with more changes and without"
    )
}

/// What intervals rest on.
fn widths(tried: bool) -> &'static str {
    if tried {
        "intervals are as wide as they had to be on other series of this length, and on this one"
    } else {
        "intervals are taken from how far the few values moved, widen with each step, and hold what was seen"
    }
}

/// What a method alone makes of growth.
fn growth(member: Member) -> &'static str {
    match member {
        Member::DampedTrend => "growth fades by at least 2 % a step",
        Member::Arima => "growth fades by at least 5 % a step",
        Member::Theta => "growth goes on as Theta has it",
        Member::SeasonalArima => "growth goes on as seasonal differences have it",
        Member::Line => "growth goes on as it was",
        Member::Naive | Member::SeasonalNaive | Member::Adjusted => "no growth is carried on",
    }
}

fn name(member: Member) -> &'static str {
    match member {
        Member::Theta => "Theta",
        Member::DampedTrend => "damped trend",
        Member::Arima => "differences",
        Member::SeasonalArima => "seasonal differences",
        Member::Line => "a straight line",
        Member::Naive => "the last value",
        Member::SeasonalNaive => "the last period",
        Member::Adjusted => "the last value with its season",
    }
}
