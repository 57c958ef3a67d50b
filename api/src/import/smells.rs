//! What no rule forbids and yet is seldom true: warnings that a list of assets gives as a whole.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::problem::{Problem, Problems, Severity};
use super::records::Asset;

/// From how many dated assets on a common date says something.
const DATED_ASSETS: usize = 20;

/// Adds the warnings on assets: a serial number that stands twice, a price of nothing, a warranty that ends before
/// the purchase, and a purchase date that more than a fifth of the assets share, which is mostly the date on which
/// somebody filled the register.
pub(super) fn of_assets(assets: &[Asset], problems: &mut Problems) {
    let mut serials: HashMap<&str, &Asset> = HashMap::new();
    for asset in assets {
        let mut warn = |column: &str, value: &str, message: String| {
            problems.push(Problem::of_row(&asset.origin, Severity::Warning, message).at(column, value));
        };
        if let Some(serial) = asset.serial.as_deref() {
            match serials.get(serial) {
                Some(first) => warn("serial", serial, format!("is the serial of {} too", first.tag)),
                None => {
                    serials.insert(serial, asset);
                }
            }
        }
        if let Some(amount) = asset.purchase_amount.filter(Decimal::is_zero) {
            warn(
                "purchase_amount",
                &amount.to_string(),
                "is a price of nothing: leave it empty if unknown".into(),
            );
        }
        if let (Some(purchased), Some(ends)) = (asset.purchased_on, asset.warranty_ends_on)
            && ends < purchased
        {
            warn("warranty_ends_on", &ends.to_string(), format!("is before the purchase on {purchased}"));
        }
    }
    if let Some(problem) = default_date(assets) {
        problems.push(problem);
    }
}

fn default_date(assets: &[Asset]) -> Option<Problem> {
    let mut dates: BTreeMap<NaiveDate, (usize, &Asset)> = BTreeMap::new();
    for asset in assets {
        if let Some(date) = asset.purchased_on {
            dates.entry(date).or_insert((0, asset)).0 += 1;
        }
    }
    let dated: usize = dates.values().map(|(count, _)| count).sum();
    let (date, (count, first)) = dates.iter().max_by_key(|(_, (count, _))| *count)?;
    (dated >= DATED_ASSETS && count * 5 > dated).then(|| {
        let message = format!("{count} of {dated} assets share the purchase date {date}: is it a default?");
        Problem::of_file(&first.origin.file, Severity::Warning, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Origin;

    fn asset(row: u64) -> Asset {
        let origin = Origin { file: "assets.csv".into(), row };
        Asset { origin, tag: format!("A-{row}"), ..Asset::default() }
    }

    fn day(day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2026, 1, day)
    }

    fn check(assets: &[Asset], expected: &[&str]) {
        let mut problems = Problems::default();
        of_assets(assets, &mut problems);
        let found: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn doubtful_rows_are_named() {
        let serial = Some("S1".to_owned());
        check(
            &[
                Asset { serial: serial.clone(), purchased_on: day(2), warranty_ends_on: day(2), ..asset(2) },
                Asset { serial, purchase_amount: Some(Decimal::ZERO), ..asset(3) },
                Asset { purchased_on: day(9), warranty_ends_on: day(8), ..asset(4) },
            ],
            &[
                "assets.csv:3: warning: serial: 'S1' is the serial of A-2 too",
                "assets.csv:3: warning: purchase_amount: '0' is a price of nothing: leave it empty if unknown",
                "assets.csv:4: warning: warranty_ends_on: '2026-01-08' is before the purchase on 2026-01-09",
            ],
        );
    }

    #[test]
    fn a_date_that_a_fifth_shares_is_doubted() {
        let assets = |shared: u32| -> Vec<_> {
            let date = |row: u32| if row < shared { day(31) } else { day(row + 1) };
            (0..20).map(|row| Asset { purchased_on: date(row), ..asset(row.into()) }).collect()
        };
        check(&assets(4), &[]);
        let message =
            "assets.csv: warning: 5 of 20 assets share the purchase date 2026-01-31: is it a default?";
        check(&assets(5), &[message]);
        check(&assets(5)[..19], &[]);
    }
}
