//! Two scenarios to begin with: dearer years, and leaving one site while another gets cheaper.

use chrono::NaiveDate;
use entity::{
    contracts::{colocation_contract, colocation_contract_site},
    id::{ColocationContractId, ScenarioId, SiteId},
    lifecycle::refresh_policy::YearRate,
    money::Rate,
    scenarios::{
        scenario::{self, ScenarioStatus},
        scenario_change::{self, Terms},
    },
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{SOURCE, dice::Sequence};
use crate::{error::Result, store::Tx};

/// The contract that is not renewed, and whose site is left.
const LEFT: &str = "COL-DFW-2023";

/// The contract whose prices are agreed anew.
const CHEAPER: &str = "COL-ASH-2024";

/// The last day of the term of [`LEFT`].
const LAST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2027, 5, 31);

/// The first day of the renewal of [`CHEAPER`].
const RENEWED: Option<NaiveDate> = NaiveDate::from_ymd_opt(2027, 3, 15);

/// Eight percent less.
const FACTOR: Rate = Rate(920_000_000);

/// Writes the scenarios, and returns how many rows they take.
pub(super) async fn write(tx: &Tx, ids: &mut Sequence) -> Result<u64> {
    let (dearer, leaving): (ScenarioId, ScenarioId) = (ids.next(), ids.next());
    let scenarios = vec![
        named(dearer, "CPI 4 %", "Hardware and rents rise faster than is planned."),
        named(leaving, "Leave Dallas, renegotiate Ashburn", "What one site less and better terms save."),
    ];
    let rates = |percent: i64| {
        let rate = Decimal::new(percent, 2);
        [2027, 2028, 2029].map(|year| YearRate { year, rate }).to_vec()
    };
    let mut changes = vec![
        change(ids, dearer, 0, Terms::CpiCurve { series: None, rates: rates(4) }),
        change(ids, dearer, 1, Terms::PriceIndex { hardware_kind: None, rates: rates(12) }),
    ];
    if let (Some(last), Some(renewed)) = (LAST_DAY, RENEWED)
        && let (Some(left), Some(cheaper)) = (contract(tx, LEFT).await?, contract(tx, CHEAPER).await?)
    {
        let mut ended = change(ids, leaving, 0, Terms::ContractNotRenewed { ends_on: Some(last) });
        ended.colocation_contract_id = Set(Some(left));
        let mut exit = change(ids, leaving, 1, Terms::SiteExit { on: last });
        exit.site_id = Set(site_of(tx, left).await?);
        let price = Terms::RenegotiatedPrice { factor: Some(FACTOR), unit_price: None, from: renewed };
        let mut price = change(ids, leaving, 2, price);
        price.colocation_contract_id = Set(Some(cheaper));
        changes.extend([ended, exit, price]);
    }
    let mut rows = tx.insert_many(scenarios, SOURCE).await?;
    rows += tx.insert_many(changes, SOURCE).await?;
    Ok(rows)
}

fn named(id: ScenarioId, name: &str, description: &str) -> scenario::ActiveModel {
    scenario::ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        description: Set(Some(description.to_owned())),
        owner: Set(Some("Infrastructure planning".to_owned())),
        status: Set(ScenarioStatus::Draft),
        ..Default::default()
    }
}

fn change(
    ids: &mut Sequence,
    scenario: ScenarioId,
    position: i32,
    terms: Terms,
) -> scenario_change::ActiveModel {
    scenario_change::ActiveModel {
        id: Set(ids.next()),
        scenario_id: Set(scenario),
        position: Set(position),
        note: Set(None),
        colocation_contract_id: Set(None),
        colocation_charge_id: Set(None),
        support_contract_id: Set(None),
        refresh_policy_id: Set(None),
        site_id: Set(None),
        workload_id: Set(None),
        provider_account_id: Set(None),
        terms: Set(terms),
        ..Default::default()
    }
}

async fn contract(tx: &Tx, number: &str) -> Result<Option<ColocationContractId>> {
    let found = colocation_contract::Entity::find().filter(colocation_contract::Column::Number.eq(number));
    Ok(found.one(tx).await?.map(|contract| contract.id))
}

/// The first site of a contract.
async fn site_of(tx: &Tx, contract: ColocationContractId) -> Result<Option<SiteId>> {
    use colocation_contract_site::Column as C;
    let links = colocation_contract_site::Entity::find().filter(C::ContractId.eq(contract));
    Ok(links.order_by_asc(C::Id).one(tx).await?.map(|link| link.site_id))
}
