//! What the books take for granted.

use super::books::Books;

impl Books {
    /// What the books take for granted, each a sentence.
    #[must_use]
    pub fn assumptions(&self) -> Vec<String> {
        let mut list = vec![
            "An asset enters the books with its purchase price on its first day of service.".to_owned(),
            "What was retired leaves the books on that day, without proceeds, unless its disposal is on record."
                .to_owned(),
            "An entry on record for an asset takes the place of what the rule of its kind gives.".to_owned(),
            "Charges are posted on the last day of each month.".to_owned(),
            format!("Fiscal years are those of: {}.", self.calendar_name),
        ];
        if let (Some(closed), Some(open)) = (self.closed, self.open()) {
            list.push(format!(
                "The books are closed through {closed}: what belongs there and became known later is caught up in {open}."
            ));
        }
        list.extend(self.known.said());
        match &self.tax {
            None => {
                let rule = "The rule of the asset's kind in this book applies, as it is on record now.";
                list.push(rule.to_owned());
            }
            Some(_) => {
                list.push(
                    "Property is written off by the tables of IRS Publication 946; salvage is ignored."
                        .into(),
                );
                let mut years: Vec<i32> = self.mid_quarter.values().flatten().copied().collect();
                years.sort_unstable();
                years.dedup();
                let years: Vec<String> = years.iter().map(ToString::to_string).collect();
                let which = if years.is_empty() { "none".to_owned() } else { years.join(", ") };
                list.push(format!("Tax years that follow the mid-quarter convention: {which}."));
            }
        }
        list
    }
}
