//! Cells of accounts, workloads, costs and growth assumptions.

use entity::cloud::{cloud_commitment, cost_record, growth_assumption, provider_account, workload};

use super::labels::{Kind, Labels};
use super::line::{Cell, Exportable, Line, any, choice, month, text};
use crate::import::csv::Noun;

impl Exportable for provider_account::Model {
    const NOUN: Noun = Noun::ProviderAccount;

    fn cells(&self, labels: &mut Labels) -> Line {
        vec![
            ("provider", choice(&self.provider)),
            ("account_number", self.account_number.clone()),
            ("name", self.name.clone()),
            ("currency", self.currency.clone()),
            ("vendor", labels.text_if_any(Kind::Vendor, self.vendor_id)),
            ("owner", text(&self.owner)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for workload::Model {
    const NOUN: Noun = Noun::Workload;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (provider, account_number) = labels.pair(Kind::ProviderAccount, self.account_id);
        vec![
            ("provider", provider),
            ("account_number", account_number),
            ("name", self.name.clone()),
            ("service", self.service.clone()),
            ("region", self.region.clone()),
            ("site", labels.text_if_any(Kind::Site, self.site_id)),
            ("vcpu", any(&self.vcpu)),
            ("memory_gib", any(&self.memory_gib)),
            ("storage_gib", any(&self.storage_gib)),
            ("owner", text(&self.owner)),
            ("environment", choice(&self.environment)),
            ("tier", any(&self.tier)),
            ("started_on", any(&self.started_on)),
            ("retires_on", any(&self.retires_on)),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for cost_record::Model {
    const NOUN: Noun = Noun::CostRecord;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (provider, account_number) = labels.pair(Kind::ProviderAccount, self.account_id);
        vec![
            ("provider", provider),
            ("account_number", account_number),
            ("workload", labels.text_if_any(Kind::Workload, self.workload_id)),
            ("month", month(self.month)),
            ("service", self.service.clone()),
            ("charge_category", choice(&self.charge_category)),
            ("currency", self.currency.clone()),
            ("billed_amount", self.billed_amount.cell()),
            ("effective_amount", self.effective_amount.cell()),
            ("list_amount", self.list_amount.cell()),
            ("contracted_amount", self.contracted_amount.cell()),
            ("source", text(&self.source)),
        ]
    }
}

impl Exportable for growth_assumption::Model {
    const NOUN: Noun = Noun::GrowthAssumption;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (provider, account_number) = labels.pair(Kind::ProviderAccount, self.account_id);
        vec![
            ("provider", provider),
            ("account_number", account_number),
            ("workload", labels.text_if_any(Kind::Workload, self.workload_id)),
            ("from_month", month(self.from_month)),
            ("to_month", self.to_month.map(month).unwrap_or_default()),
            ("monthly_rate", self.monthly_rate.cell()),
            ("basis", text(&self.basis)),
        ]
    }
}

impl Exportable for cloud_commitment::Model {
    const NOUN: Noun = Noun::CloudCommitment;

    fn cells(&self, labels: &mut Labels) -> Line {
        let (provider, account_number) = labels.pair(Kind::ProviderAccount, self.account_id);
        vec![
            ("provider", provider),
            ("account_number", account_number),
            ("reference", self.reference.clone()),
            ("kind", choice(&self.kind)),
            ("starts_on", self.starts_on.cell()),
            ("ends_on", self.ends_on.cell()),
            ("currency", self.currency.clone()),
            ("hourly_amount", any(&self.hourly_amount)),
            ("total_amount", any(&self.total_amount)),
            ("auto_renews", self.auto_renews.cell()),
            ("renewal_months", any(&self.renewal_months)),
            ("notice_days", any(&self.notice_days)),
            ("notice_days_maximum", any(&self.notice_days_maximum)),
            ("decision_lead_days", any(&self.decision_lead_days)),
            ("proposal_lead_days", any(&self.proposal_lead_days)),
            ("migration_days", any(&self.migration_days)),
            ("decommission_buffer_days", any(&self.decommission_buffer_days)),
            ("notice_given_on", any(&self.notice_given_on)),
            ("description", text(&self.description)),
            ("owner", text(&self.owner)),
            ("source", text(&self.source)),
        ]
    }
}
