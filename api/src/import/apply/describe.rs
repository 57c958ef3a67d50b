//! What the report says in the words of the files: columns and cells instead of fields and values.

use crate::access::{Caller, Permission};
use crate::export::line::Line;
use crate::import::columns::Kind;
use crate::import::csv::Noun;

use super::report::FieldChange;

/// A noun as people say it.
pub fn spoken(noun: Noun) -> String {
    noun.singular().replace('_', " ")
}

/// The cells that differ. What a price was is not told to those who may not see prices.
pub fn differences(noun: Noun, caller: &Caller, before: Line, after: Line) -> Vec<FieldChange> {
    let sees_prices = caller.may(Permission::ViewPrices);
    let is_price = |name: &str| {
        let column = noun.columns().iter().find(|column| column.name == name);
        column.is_some_and(|column| match column.kind {
            Kind::Money => true,
            Kind::Tuples(kinds) => kinds.iter().any(|kind| matches!(kind, Kind::Money)),
            _ => false,
        })
    };
    let pairs = before.into_iter().zip(after).filter(|((_, before), (_, after))| before != after);
    pairs
        .map(|((name, before), (_, after))| FieldChange {
            column: name.to_owned(),
            before: if sees_prices || !is_price(name) { before } else { String::new() },
            after,
        })
        .collect()
}

/// The column of the file that a field of the API is read from, where one can be told.
pub fn column_of(noun: Noun, field: &str) -> Option<&'static str> {
    let mut name = String::new();
    let mut tail = 0;
    for letter in field.chars() {
        match letter {
            '.' => {
                name.push('_');
                tail = name.len();
            }
            '[' => break,
            upper if upper.is_ascii_uppercase() => {
                name.push('_');
                name.push(upper.to_ascii_lowercase());
            }
            other => name.push(other),
        }
    }
    let tail = name.get(tail..)?;
    let columns = noun.columns();
    let found = |wanted: &str| columns.iter().map(|column| column.name).find(|name| *name == wanted);
    let ending = |wanted: &str| columns.iter().map(|column| column.name).find(|name| name.ends_with(wanted));
    found(&name)
        .or_else(|| found(name.trim_end_matches("_id")))
        .or_else(|| found(tail))
        .or_else(|| found(&format!("{}_{tail}", name.split_once('_')?.0)))
        .or_else(|| ending(&format!("_{name}")))
        .or_else(|| name.rsplit_once('_').and_then(|(_, word)| found(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_api_are_columns_of_files() {
        for (noun, field, expected) in [
            (Noun::Asset, "tag", Some("tag")),
            (Noun::Asset, "inServiceOn", Some("in_service_on")),
            (Noun::Asset, "power.measuredDrawWatts", Some("measured_draw_watts")),
            (Noun::Asset, "purchase.order", Some("purchase_order")),
            (Noun::Asset, "purchase.price.amount", Some("purchase_amount")),
            (Noun::HardwareModel, "dimensions.heightUnits", Some("height_units")),
            (Noun::ColocationCharge, "ramp[1].kilowatts", Some("ramp")),
            (Noun::Site, "nothing", None),
        ] {
            assert_eq!(column_of(noun, field), expected, "{field}");
        }
    }
}
