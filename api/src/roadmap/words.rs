//! The words of a roadmap on paper and in files.

use forecasting::roadmap::{Category, MoneyView, Subject};

use super::Dimension;

/// A view, as the API spells it.
#[must_use]
pub fn view_code(view: MoneyView) -> &'static str {
    match view {
        MoneyView::Commitment => "COMMITMENT",
        MoneyView::Cash => "CASH",
        MoneyView::Pnl => "PNL",
    }
}

/// A view in words.
#[must_use]
pub fn view_words(view: MoneyView) -> &'static str {
    match view {
        MoneyView::Commitment => "commitment",
        MoneyView::Cash => "cash",
        MoneyView::Pnl => "profit and loss",
    }
}

/// A category in words.
#[must_use]
pub fn category_word(category: Category) -> &'static str {
    match category {
        Category::Colocation => "colocation",
        Category::Cloud => "cloud",
        Category::Depreciation => "depreciation",
        Category::Impairment => "impairment",
        Category::Support => "support",
        Category::RefreshCapital => "refresh capital",
        Category::Disposal => "disposal",
        Category::Growth => "growth",
    }
}

/// So many records of a kind, in words.
#[must_use]
pub fn subject_words(subject: Subject, count: usize) -> &'static str {
    match (subject, count) {
        (Subject::Asset, 1) => "asset",
        (Subject::Asset, _) => "assets",
        (Subject::ColocationContract, 1) => "colocation contract",
        (Subject::ColocationContract, _) => "colocation contracts",
        (Subject::SupportContract, 1) => "support contract",
        (Subject::SupportContract, _) => "support contracts",
        (Subject::Workload, 1) => "workload",
        (Subject::Workload, _) => "workloads",
        (Subject::CapacityPool, 1) => "capacity pool",
        (Subject::CapacityPool, _) => "capacity pools",
    }
}

/// A dimension, as files name its column.
#[must_use]
pub fn dimension_column(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Site => "site",
        Dimension::HardwareKind => "hardware_kind",
        Dimension::Environment => "environment",
        Dimension::Tier => "tier",
        Dimension::Owner => "owner",
        Dimension::CostCentre => "cost_centre",
        Dimension::BindingRule => "binding_rule",
        Dimension::Provider => "provider",
    }
}
