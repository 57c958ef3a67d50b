//! What no rule forbids and yet is seldom true: warnings that a list of assets gives as a whole.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::problem::{Problem, Problems, Severity};
use super::records::{Asset, HardwareModel};

/// From how many dated assets on a common date says something.
const DATED_ASSETS: usize = 20;

/// How many assets on one date say something, in a file of fewer.
const SHARED_ASSETS: usize = 10;

/// Adds the warnings on assets: a serial number that stands twice, a price of nothing, a warranty that ends before
/// the purchase, and a purchase date that more than a fifth of the assets of a file share, which is mostly the date on
/// which somebody filled the register.
pub(super) fn of_assets(assets: &[Asset], problems: &mut Problems) {
    let mut serials: HashMap<String, &Asset> = HashMap::new();
    for asset in assets {
        let mut warn = |column: &str, value: &str, message: String| {
            problems.push(Problem::of_row(&asset.origin, Severity::Warning, message).at(column, value));
        };
        if let Some(serial) = asset.serial.as_deref() {
            // Capitals and blanks around it make no other serial number.
            let plain = serial.trim().to_lowercase();
            match serials.get(&plain) {
                Some(first) => warn("serial", serial, format!("is the serial of {} too", first.tag)),
                None => {
                    serials.insert(plain, asset);
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
    // Each file is judged by itself: what one register shares is drowned in a whole estate.
    let mut files: BTreeMap<&str, Vec<&Asset>> = BTreeMap::new();
    for asset in assets {
        files.entry(&asset.origin.file).or_default().push(asset);
    }
    for assets in files.values() {
        if let Some(problem) = default_date(assets) {
            problems.push(problem);
        }
    }
}

/// Adds the warning on models that are listed for nothing: a refresh would be planned at no cost.
pub(super) fn of_models(models: &[HardwareModel], problems: &mut Problems) {
    for model in models {
        if let Some(amount) = model.list_price_amount.filter(Decimal::is_zero) {
            let message = "is a price of nothing: leave it empty if unknown".to_owned();
            let problem = Problem::of_row(&model.origin, Severity::Warning, message);
            problems.push(problem.at("list_price_amount", &amount.to_string()));
        }
    }
}

fn default_date(assets: &[&Asset]) -> Option<Problem> {
    let mut dates: BTreeMap<NaiveDate, (usize, &Asset)> = BTreeMap::new();
    for asset in assets {
        if let Some(date) = asset.purchased_on {
            dates.entry(date).or_insert((0, *asset)).0 += 1;
        }
    }
    let dated: usize = dates.values().map(|(count, _)| count).sum();
    let (date, (count, first)) = dates.iter().max_by_key(|(_, (count, _))| *count)?;
    let is_common = count * 5 > dated && (dated >= DATED_ASSETS || *count >= SHARED_ASSETS);
    is_common.then(|| {
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
        let message =
            "assets.csv: warning: 10 of 19 assets share the purchase date 2026-01-31: is it a default?";
        check(&assets(10)[..19], &[message]);
    }

    #[test]
    fn each_file_is_judged_by_itself() {
        let of = |file: &str, row: u64, purchased_on| {
            let origin = Origin { file: file.into(), row };
            Asset { origin, tag: format!("{file}-{row}"), purchased_on, ..Asset::default() }
        };
        let mut assets: Vec<_> = (0..12).map(|row| of("new.csv", row, day(31))).collect();
        let spread = (0..90_u32).map(|row| of("old.csv", row.into(), day(row % 30 + 1)));
        assets.extend(spread);
        let message =
            "new.csv: warning: 12 of 12 assets share the purchase date 2026-01-31: is it a default?";
        check(&assets, &[message]);
    }

    #[test]
    fn serials_that_differ_by_capitals_are_one() {
        let of = |row, serial: &str| Asset { serial: Some(serial.into()), ..asset(row) };
        let message = "assets.csv:3: warning: serial: 'sn-7' is the serial of A-2 too";
        check(&[of(2, "SN-7"), of(3, "sn-7")], &[message]);
    }
}
