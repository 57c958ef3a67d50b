//! The percentages that the tax authority of the United States publishes.
//!
//! Source: IRS Publication 946, *How To Depreciate Property*, tables A-1 (half-year convention) and
//! (mid-quarter convention, first to fourth quarter), general depreciation system. The published figures are kept
//! because the declining balance, computed and rounded, differs from them by 0.01 of a point here and there.

use super::macrs::{MacrsClass, MacrsConvention};

/// The share of each tax year in thousandths of a percent; `None` where no column is kept.
pub(super) fn percentages(
    class: MacrsClass,
    convention: MacrsConvention,
    quarter: u32,
) -> Option<&'static [u32]> {
    match (convention, quarter) {
        (MacrsConvention::HalfYear, _) => Some(half_year(class)),
        (MacrsConvention::MidQuarter, 1) => first_quarter(class),
        (MacrsConvention::MidQuarter, 2) => second_quarter(class),
        (MacrsConvention::MidQuarter, 3) => third_quarter(class),
        (MacrsConvention::MidQuarter, _) => fourth_quarter(class),
    }
}

/// Table A-1: half-year convention.
fn half_year(class: MacrsClass) -> &'static [u32] {
    match class {
        MacrsClass::ThreeYears => &[33_330, 44_450, 14_810, 7_410],
        MacrsClass::FiveYears => &[20_000, 32_000, 19_200, 11_520, 11_520, 5_760],
        MacrsClass::SevenYears => &[14_290, 24_490, 17_490, 12_490, 8_930, 8_920, 8_930, 4_460],
        MacrsClass::TenYears => {
            &[10_000, 18_000, 14_400, 11_520, 9_220, 7_370, 6_550, 6_550, 6_560, 6_550, 3_280]
        }
        MacrsClass::FifteenYears => &[
            5_000, 9_500, 8_550, 7_700, 6_930, 6_230, 5_900, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910, 5_900,
            5_910, 2_950,
        ],
        MacrsClass::TwentyYears => &[
            3_750, 7_219, 6_677, 6_177, 5_713, 5_285, 4_888, 4_522, 4_462, 4_461, 4_462, 4_461, 4_462, 4_461,
            4_462, 4_461, 4_462, 4_461, 4_462, 4_461, 2_231,
        ],
    }
}

/// Table A-2: placed in service in the first quarter.
fn first_quarter(class: MacrsClass) -> Option<&'static [u32]> {
    Some(match class {
        MacrsClass::ThreeYears => &[58_330, 27_780, 12_350, 1_540],
        MacrsClass::FiveYears => &[35_000, 26_000, 15_600, 11_010, 11_010, 1_380],
        MacrsClass::SevenYears => &[25_000, 21_430, 15_310, 10_930, 8_750, 8_740, 8_750, 1_090],
        MacrsClass::TenYears => {
            &[17_500, 16_500, 13_200, 10_560, 8_450, 6_760, 6_550, 6_550, 6_560, 6_550, 820]
        }
        MacrsClass::FifteenYears => &[
            8_750, 9_130, 8_210, 7_390, 6_650, 5_990, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910,
            5_900, 740,
        ],
        MacrsClass::TwentyYears => return None,
    })
}

/// Table A-3: placed in service in the second quarter.
fn second_quarter(class: MacrsClass) -> Option<&'static [u32]> {
    Some(match class {
        MacrsClass::ThreeYears => &[41_670, 38_890, 14_140, 5_300],
        MacrsClass::FiveYears => &[25_000, 30_000, 18_000, 11_370, 11_370, 4_260],
        MacrsClass::SevenYears => &[17_850, 23_470, 16_760, 11_970, 8_870, 8_870, 8_870, 3_340],
        MacrsClass::TenYears => {
            &[12_500, 17_500, 14_000, 11_200, 8_960, 7_170, 6_550, 6_550, 6_560, 6_550, 2_460]
        }
        MacrsClass::FifteenYears => &[
            6_250, 9_380, 8_440, 7_590, 6_830, 6_150, 5_910, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910, 5_900,
            5_910, 2_210,
        ],
        MacrsClass::TwentyYears => return None,
    })
}

/// Table A-4: placed in service in the third quarter.
fn third_quarter(class: MacrsClass) -> Option<&'static [u32]> {
    Some(match class {
        MacrsClass::ThreeYears => &[25_000, 50_000, 16_670, 8_330],
        MacrsClass::FiveYears => &[15_000, 34_000, 20_400, 12_240, 11_300, 7_060],
        MacrsClass::SevenYears => &[10_710, 25_510, 18_220, 13_020, 9_300, 8_850, 8_860, 5_530],
        MacrsClass::TenYears => {
            &[7_500, 18_500, 14_800, 11_840, 9_470, 7_580, 6_550, 6_550, 6_560, 6_550, 4_100]
        }
        MacrsClass::FifteenYears => &[
            3_750, 9_630, 8_660, 7_800, 7_020, 6_310, 5_900, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910, 5_900,
            5_910, 3_690,
        ],
        MacrsClass::TwentyYears => return None,
    })
}

/// Table A-5: placed in service in the fourth quarter.
fn fourth_quarter(class: MacrsClass) -> Option<&'static [u32]> {
    Some(match class {
        MacrsClass::ThreeYears => &[8_330, 61_110, 20_370, 10_190],
        MacrsClass::FiveYears => &[5_000, 38_000, 22_800, 13_680, 10_940, 9_580],
        MacrsClass::SevenYears => &[3_570, 27_550, 19_680, 14_060, 10_040, 8_730, 8_730, 7_640],
        MacrsClass::TenYears => {
            &[2_500, 19_500, 15_600, 12_480, 9_980, 7_990, 6_550, 6_550, 6_560, 6_550, 5_740]
        }
        MacrsClass::FifteenYears => &[
            1_250, 9_880, 8_890, 8_000, 7_200, 6_480, 5_900, 5_900, 5_900, 5_910, 5_900, 5_910, 5_900, 5_910,
            5_900, 5_170,
        ],
        MacrsClass::TwentyYears => return None,
    })
}
