//! Assets as the books see them.

use chrono::NaiveDate;
use entity::{
    id::{AssetId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        hardware_model::{self, HardwareKind},
    },
    lifecycle::{
        book_event::{self, BookEventKind},
        depreciation_rule::Book,
    },
    money::Amount,
};
use forecasting::month::Month;
use futures_util::TryStreamExt;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Iterable, JoinType, QueryFilter, QueryResult, QuerySelect,
    QueryTrait, RelationTrait,
    sea_query::{Expr, ExprTrait, Func, Order, Query, SimpleExpr},
};

use crate::{
    error::{Error, Result},
    store::Read,
};

/// An asset as the books see it.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Which one.
    pub id: AssetId,
    /// Its tag.
    pub tag: String,
    /// What its model is for.
    pub kind: HardwareKind,
    /// Where it stands.
    pub site: SiteId,
    /// Where it stands in its life.
    pub status: AssetStatus,
    /// First day of service.
    pub in_service_on: Option<NaiveDate>,
    /// The day on which it left, where it has left.
    pub left_on: Option<NaiveDate>,
    /// Whether it is leased.
    pub is_leased: bool,
    /// What was paid for it, and in which currency.
    pub price: Option<(Amount, String)>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is charged to.
    pub cost_centre: Option<String>,
}

impl Holding {
    /// An asset whose model is of a kind.
    #[must_use]
    pub fn new(row: &asset::Model, kind: HardwareKind) -> Self {
        let has_left = matches!(row.status, AssetStatus::Retired | AssetStatus::Disposed);
        Self {
            id: row.id,
            tag: row.tag.clone(),
            kind,
            site: row.site_id,
            status: row.status,
            in_service_on: row.in_service_on,
            left_on: row.retired_on.or(row.disposed_on).filter(|_| has_left),
            is_leased: row.lease_return_on.is_some(),
            price: row.purchase_amount.zip(row.purchase_currency.clone()),
            owner: row.owner.clone(),
            cost_centre: row.cost_centre.clone(),
        }
    }

    /// Whether it has left service for good.
    #[must_use]
    pub fn has_left(&self) -> bool {
        matches!(self.status, AssetStatus::Retired | AssetStatus::Disposed)
    }
}

/// One asset.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: AssetId) -> Result<Holding> {
    let found = read(db, Condition::all().add(asset::Column::Id.eq(id))).await?;
    found.into_iter().next().ok_or_else(|| Error::not_found("asset", id))
}

/// The assets that can stand in a set of books on a day or later: all but those that left before, as the inventory and
/// the books have it. What left in a month that was closed by then leaves the books in the first open one.
#[must_use]
pub fn still_there(from: NaiveDate, book: Book, closed: Option<NaiveDate>) -> Condition {
    use asset::Column as C;
    Condition::any()
        .add(C::Status.is_not_in([AssetStatus::Retired, AssetStatus::Disposed]))
        .add(C::RetiredOn.is_null())
        .add(leaves_from(from, book, Expr::val(closed)))
}

/// Of what has left on a known day, what leaves the books on a day or later: by the inventory, by a disposal on record,
/// or for want of one where the day was closed already.
#[must_use]
pub fn leaves_from(from: NaiveDate, book: Book, closed: Expr) -> Condition {
    use asset::Column as C;
    use book_event::Column as E;
    let disposals = || {
        let found = book_event::Entity::find().select_only().column(E::AssetId);
        found.filter(E::Book.eq(book)).filter(E::Kind.eq(BookEventKind::Disposal))
    };
    let later = Condition::any().add(E::HappenedOn.gte(from)).add(E::PostedFrom.gte(from));
    let unposted = C::Id.not_in_subquery(disposals().into_query());
    let late = Condition::all().add(Expr::col((asset::Entity, C::RetiredOn)).lte(closed)).add(unposted);
    Condition::any()
        .add(C::RetiredOn.gte(from))
        .add(C::Id.in_subquery(disposals().filter(later).into_query()))
        .add(late)
}

/// Assets under a condition, where those that were transferred stand at the site and belong to the cost centre that a set
/// of books has them at in a month, and not where the inventory has them now.
#[must_use]
pub fn placed(condition: Condition, book: Book, month: Month) -> Condition {
    use asset::Column as C;
    use book_event::Column as E;
    let moved = || {
        let events = book_event::Entity::find().select_only().column(E::AssetId);
        events.filter(E::Book.eq(book)).filter(E::Kind.eq(BookEventKind::Transfer)).into_query()
    };
    let mut booked = Query::select();
    for column in C::iter() {
        let own = Expr::col((asset::Entity, column));
        let stated = match column {
            C::SiteId => held_at(book, month, (E::FromSiteId, E::ToSiteId), own),
            C::CostCentre => held_at(book, month, (E::FromCostCentre, E::ToCostCentre), own),
            _ => own,
        };
        booked.expr_as(stated, column);
    }
    booked.from(asset::Entity).and_where(Expr::col((asset::Entity, C::Id)).in_subquery(moved()));
    let there = Query::select()
        .column((asset::Entity, C::Id))
        .from_subquery(booked, asset::Entity)
        .cond_where(condition.clone())
        .to_owned();
    let unmoved = Condition::all().add(condition).add(C::Id.not_in_subquery(moved()));
    Condition::any().add(unmoved).add(C::Id.in_subquery(there))
}

/// Where the transfers of an asset have it in a month: where the last one up to the month went, or else where the first
/// one after it came from; where it is now if none says.
fn held_at(
    book: Book,
    month: Month,
    (from, to): (book_event::Column, book_event::Column),
    now: Expr,
) -> Expr {
    use book_event::Column as E;
    let event = |column: E| Expr::col((book_event::Entity, column));
    let posted = || {
        let late = Expr::case(event(E::PostedFrom).gt(event(E::HappenedOn)), event(E::PostedFrom));
        Expr::Case(Box::new(late.finally(event(E::HappenedOn))))
    };
    let transfers = |column: E| {
        Query::select()
            .expr(event(column))
            .from(book_event::Entity)
            .and_where(event(E::AssetId).equals((asset::Entity, asset::Column::Id)))
            .and_where(event(E::Book).eq(book))
            .and_where(event(E::Kind).eq(BookEventKind::Transfer))
            .and_where(event(E::Component).eq(""))
            .and_where(event(to).is_not_null())
            .limit(1)
            .to_owned()
    };
    let mut last = transfers(to);
    last.and_where(posted().lte(month.last_day())).order_by_expr(posted(), Order::Desc);
    let mut first = transfers(from);
    first.and_where(posted().gt(month.last_day())).order_by_expr(posted(), Order::Asc);
    let known = Expr::exists(transfers(to));
    let of_transfers = Func::coalesce([subquery(last), subquery(first)]);
    Expr::Case(Box::new(Expr::case(known, of_transfers).finally(now)))
}

fn subquery(query: sea_orm::sea_query::SelectStatement) -> Expr {
    SimpleExpr::SubQuery(None, Box::new(query.into()))
}

/// Reads assets, as they arrive, by one statement.
///
/// # Errors
/// Those of the database.
pub async fn read(db: &impl Read, condition: Condition) -> Result<Vec<Holding>> {
    use asset::Column as C;
    let columns = [
        C::Id,
        C::Tag,
        C::SiteId,
        C::Status,
        C::InServiceOn,
        C::RetiredOn,
        C::DisposedOn,
        C::LeaseReturnOn,
        C::PurchaseAmount,
        C::PurchaseCurrency,
        C::Owner,
        C::CostCentre,
    ];
    let query = asset::Entity::find()
        .select_only()
        .columns(columns)
        .column(hardware_model::Column::Kind)
        .join(JoinType::InnerJoin, asset::Relation::Model.def())
        .filter(condition);
    let query = db.get_database_backend().build(query.as_query());
    let mut rows = db.rows(query).await?;
    let mut holdings = Vec::new();
    while let Some(row) = rows.try_next().await? {
        holdings.push(decoded(&row)?);
    }
    holdings.sort_unstable_by_key(|holding| holding.id);
    Ok(holdings)
}

fn decoded(row: &QueryResult) -> Result<Holding> {
    let status: AssetStatus = row.try_get_by_index(3)?;
    let retired: Option<NaiveDate> = row.try_get_by_index(5)?;
    let disposed: Option<NaiveDate> = row.try_get_by_index(6)?;
    let lease_return: Option<NaiveDate> = row.try_get_by_index(7)?;
    let amount: Option<Amount> = row.try_get_by_index(8)?;
    let has_left = matches!(status, AssetStatus::Retired | AssetStatus::Disposed);
    Ok(Holding {
        id: row.try_get_by_index(0)?,
        tag: row.try_get_by_index(1)?,
        kind: row.try_get_by_index(12)?,
        site: row.try_get_by_index(2)?,
        status,
        in_service_on: row.try_get_by_index(4)?,
        left_on: retired.or(disposed).filter(|_| has_left),
        is_leased: lease_return.is_some(),
        price: amount.zip(row.try_get_by_index::<Option<String>>(9)?),
        owner: row.try_get_by_index(10)?,
        cost_centre: row.try_get_by_index(11)?,
    })
}
