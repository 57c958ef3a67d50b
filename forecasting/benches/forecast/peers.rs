//! What other libraries do on M3 monthly (18 months) and tails of M4 monthly (36 months): measured once, on series that
//! are not beside the workspace, so these figures are for orientation and not of this run.
//!
//! statsforecast 2.1.1, augurs 0.10.3, anofox-forecast 0.19.0, chronos-ts 0.1.0; speeds are series per second of one
//! processor.

/// Name, OWA on M3 and on M4, coverage of the 80 % intervals in months 1–12, 13–24 and 25–36 of M4, and speed.
pub const PEERS: [(&str, &str, &str, &str, &str); 8] = [
    ("statsforecast DynamicOptimizedTheta", "0.819", "0.943", "77.3 / 71.6 / 69.8", "229-326"),
    ("statsforecast median of three", "0.806", "0.950", "-", "about 7"),
    ("statsforecast AutoETS", "0.838", "0.961", "79.2 / 71.6 / 67.5", "15-19"),
    ("statsforecast MSTL", "0.874", "0.983", "77.4 / 77.0 / 74.7", "104-121"),
    ("statsforecast AutoARIMA (300 series)", "0.935", "1.122", "-", "1.3-1.6"),
    ("anofox AutoETS", "0.854", "1.052", "83.5 / 82.1 / 79.5", "18-21"),
    ("anofox DOT", "0.870", "0.970", "51.9 / 33.7 / 26.0", "-"),
    ("chronos AutoARIMA (300 series)", "1.318", "1.342", "-", "21"),
];

/// Prints them.
pub fn print() {
    println!("\nOther libraries, measured before on M3 monthly and on tails of M4 monthly");
    println!(
        "  {:38} {:>7} {:>7}   {:20} {:>12}",
        "", "OWA M3", "OWA M4", "coverage 80 % of M4", "series/CPU-s"
    );
    for (name, m3, m4, coverage, speed) in PEERS {
        println!("  {name:38} {m3:>7} {m4:>7}   {coverage:20} {speed:>12}");
    }
}
