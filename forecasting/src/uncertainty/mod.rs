//! Uncertainty: what a roadmap may turn out to cost where prices, growth, deliveries and renewals are not certain.
//!
//! A [`Simulation`] takes the amounts of a roadmap as planned, source by source, and what they hang on:
//!
//! | Uncertain | Stated as | Moves |
//! |---|---|---|
//! | the price index of a category in a year, a consumer price index | a rate | amounts, by a power of its ratio to the planned rate |
//! | growth of a provider | a rate, or an offset whose planned rate is zero | amounts, by one power more each month |
//! | the rise at a renewal | a rate | amounts, by one power more each term |
//! | a delivery | a delay in months | amounts, to later months |
//! | whether a contract is renewed | a decision | amounts that are spent or not |
//!
//! Every run draws each assumption once, shared by all that hang on it, and adds up the quarters. The outcome has
//! P10, P50 and P90 of each fiscal quarter and of the whole beside the point figures, which are those of the
//! roadmap: with every assumption as planned all factors are exactly one.
//!
//! # Reproducible
//!
//! A draw depends on the seed, the name of the assumption and the number of the run, and on nothing else: not on
//! the machine, the number of threads, the order in which sources were added, or which other assumptions there
//! are. So two roadmaps under the same seed differ by what was changed and not by chance, and the first thousand
//! runs of ten thousand are the thousand runs.
//!
//! Amounts are whole minor units throughout. Binary floats occur where rates are drawn and compounded to a factor,
//! and only as operations that every machine does alike.
//!
//! # Example
//!
//! ```
//! use forecasting::money::Currency;
//! use forecasting::month::{FiscalCalendar, Month};
//! use forecasting::roadmap::{MoneyView, Window};
//! use forecasting::uncertainty::{
//!     Compounding, Distribution, Exposure, Sampling, Series, Simulation, Source,
//! };
//! use rust_decimal::Decimal;
//!
//! # fn main() -> forecasting::Result<()> {
//! let january = Month::new(2027, 1)?;
//! let window = Window::new(january, 12)?;
//! let calendar = FiscalCalendar::calendar_years();
//! let mut simulation = Simulation::new(window, MoneyView::Pnl, Currency::USD, &calendar);
//! let (low, mode, high) = (Decimal::new(-1, 2), Decimal::ZERO, Decimal::new(3, 2));
//! let growth = simulation.rate(
//!     "growth of provider A above plan, per month",
//!     Distribution::Triangular { low, mode, high },
//!     Decimal::ZERO,
//! )?;
//! let spend = Series::new(MoneyView::Pnl, Currency::USD, january, &[Decimal::from(10_000); 12])?;
//! let steps = Compounding::Steps { first: january.next(), every: Some(1) };
//! simulation.add(&Source::certain(spend).exposed([Exposure::new(growth, steps)]))?;
//!
//! let outcome = simulation.run(Sampling { runs: 1_000, seed: 7 }, 2)?;
//! let first = outcome.quarters[0].spread;
//! assert_eq!(first.point, Decimal::from(30_000));
//! assert!(first.p10 < first.point && first.point < first.p90);
//! assert_eq!(
//!     outcome.assumptions[0].to_string(),
//!     "growth of provider A above plan, per month: triangular from -1 % over 0 % to 3 %; the point figures take 0 %"
//! );
//! # Ok(())
//! # }
//! ```

mod agreements;
mod assumption;
mod distribution;
mod outcome;
mod parts;
mod runs;
#[expect(clippy::float_arithmetic, reason = "draws and factors are no money; see the module")]
mod sampling;
mod simulation;
mod source;

pub use agreements::{Follows, UnknownRises, rising, unknown_rises};
pub use assumption::{Assumption, DecisionId, DelayId, Point, RateId};
pub use distribution::{Chance, Distribution, Unit};
pub use outcome::{Outcome, QuarterSpread, Sampling, Spread};
pub use simulation::Simulation;
pub use source::{Compounding, Exposure, Series, Source, without_priced_costs};
