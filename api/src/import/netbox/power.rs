//! What a rack may draw although a feed fails.
//!
//! NetBox adds all feeds of a rack up. Of a pair of feeds only the smaller is there when the other fails, and that
//! is what the rack may be planned with.

use std::collections::HashMap;

use super::Netbox;
use super::tables::{Object, Tables};
use crate::import::problem::Severity;

/// NetBox's own default, in percent.
const MAX_UTILIZATION: u128 = 80;

/// The power feeds of each rack, by its id.
pub(super) struct Feeds<'a> {
    by_rack: HashMap<&'a str, Vec<&'a Object>>,
}

impl<'a> Feeds<'a> {
    pub fn of(tables: &'a Tables) -> Self {
        let mut by_rack: HashMap<&str, Vec<&Object>> = HashMap::new();
        for feed in tables.rows("dcim_powerfeed") {
            by_rack.entry(feed.reference("rack").unwrap_or_default()).or_default().push(feed);
        }
        Feeds { by_rack }
    }

    /// Watts of a rack that are protected: for each primary feed and the redundant feed beside it the usable power
    /// of the smaller, summed over the pairs. Feeds that are active count, and pair up in the order of their names.
    ///
    /// Nothing when the rack has no pair: a single feed protects nothing, and what is not known is not zero.
    /// Feeds are rated in volt-amperes, which are taken as watts: NetBox has no power factor.
    pub fn protected_watts(&self, netbox: &mut Netbox<'_>, rack: &Object) -> Option<i32> {
        let mut primary = vec![];
        let mut redundant = vec![];
        let feeds = self.by_rack.get(rack.id.as_str())?;
        for feed in feeds.iter().filter(|feed| matches!(feed.text("status"), Some("active") | None)) {
            let Some(watts) = usable_watts(feed) else {
                let message = "voltage, amperage or max_utilization is no whole number";
                netbox.report(feed, Severity::Warning, message, None);
                continue;
            };
            let side = if feed.text("type") == Some("redundant") { &mut redundant } else { &mut primary };
            side.push((feed.text("name").unwrap_or_default(), watts));
        }
        primary.sort_unstable();
        redundant.sort_unstable();
        if primary.len() != redundant.len() {
            let message = format!(
                "rack has {} primary and {} redundant power feeds: those without a partner protect nothing",
                primary.len(),
                redundant.len()
            );
            netbox.report(rack, Severity::Warning, &message, None);
        }
        let pairs = primary.iter().zip(&redundant).map(|((_, one), (_, other))| *one.min(other));
        let watts = pairs.reduce(u128::saturating_add)?;
        i32::try_from(watts).ok()
    }
}

/// Volts by amperes, by the square root of three where there are three phases, by the share that may be used;
/// rounded down to a watt.
pub(super) fn usable_watts(feed: &Object) -> Option<u128> {
    let number = |field: &str| feed.text(field).and_then(|text| text.parse::<i32>().ok());
    // Direct current feeds have negative volts.
    let volts = u128::from(number("voltage")?.unsigned_abs());
    let amperes = u128::try_from(number("amperage")?).ok()?;
    let percent = match feed.text("max_utilization") {
        Some(_) => u128::try_from(number("max_utilization")?).ok()?,
        None => MAX_UTILIZATION,
    };
    Some(usable(volts, amperes, percent, feed.text("phase") == Some("three-phase")))
}

fn usable(volts: u128, amperes: u128, percent: u128, three_phases: bool) -> u128 {
    let hundredths = volts.saturating_mul(amperes).saturating_mul(percent);
    if three_phases {
        // The root of the whole is exact to the unit below, which no fraction of a percent can change.
        hundredths.saturating_mul(hundredths).saturating_mul(3).isqrt() / 100
    } else {
        hundredths / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usable_power_is_as_worked_out_by_hand() {
        for (volts, amperes, percent, three_phases, expected) in [
            (208, 30, 80, false, 4_992),
            (208, 30, 80, true, 8_646),
            (415, 32, 100, true, 23_001),
            (220, 20, 80, false, 3_520),
            (0, 20, 80, true, 0),
        ] {
            assert_eq!(usable(volts, amperes, percent, three_phases), expected, "{volts} V {amperes} A");
        }
        assert_eq!(usable(u128::MAX, 2, 80, true), u128::MAX.isqrt() / 100);
    }
}
