//! The face of the lifecycle.

use async_graphql::MergedObject;

pub mod book_entries;
pub mod book_events;
pub mod book_periods;
pub mod book_words;
pub mod books;
pub mod closed_periods;
pub mod consolidation;
pub mod depreciation_rules;
pub mod depreciation_schedules;
pub mod lease_or_buy;
pub mod life_changes;
pub mod mid_quarters;
pub mod refresh_cycles;
pub mod refresh_levelling;
pub mod refresh_plan;
pub mod refresh_policies;
pub mod refreshes;
pub mod registers;
pub mod software_releases;
pub mod support_exposure;

/// Queries of the lifecycle.
#[derive(Default, MergedObject)]
pub struct LifecycleQuery(
    refresh_policies::RefreshPolicyQuery,
    refresh_cycles::RefreshCycleQuery,
    depreciation_rules::DepreciationRuleQuery,
    software_releases::SoftwareReleaseQuery,
    refresh_plan::RefreshPlanQuery,
    refresh_levelling::RefreshLevellingQuery,
    support_exposure::SupportExposureQuery,
    books::BookQuery,
    book_entries::BookEntryQuery,
    book_events::BookEventQuery,
    closed_periods::ClosedPeriodQuery,
    depreciation_schedules::DepreciationScheduleQuery,
    lease_or_buy::LeaseQuery,
    consolidation::ConsolidationQuery,
    life_changes::LifeChangeQuery,
    mid_quarters::MidQuarterQuery,
    registers::RegisterQuery,
);

/// Changes of the lifecycle.
#[derive(Default, MergedObject)]
pub struct LifecycleMutation(
    refresh_policies::RefreshPolicyMutation,
    refresh_cycles::RefreshCycleMutation,
    depreciation_rules::DepreciationRuleMutation,
    book_entries::BookEntryMutation,
    book_events::BookEventMutation,
    closed_periods::ClosedPeriodMutation,
);
