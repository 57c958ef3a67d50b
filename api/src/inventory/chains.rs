//! References of a table to itself: what lives in what, what succeeds what.

use sea_orm::{
    EntityTrait, QueryResult,
    sea_query::{
        Alias, CommonTableExpression, Expr, ExprTrait, IntoIden, Query, SelectStatement, UnionType,
        WithClause,
    },
};
use uuid::Uuid;

use crate::{error::Result, store::Read};

/// Whether following `link` from the row `start` comes to the row `wanted`, however long the way.
///
/// # Errors
/// Those of the database.
pub async fn leads_to<E: EntityTrait>(
    db: &impl Read,
    (id, link): (E::Column, E::Column),
    start: Uuid,
    wanted: Uuid,
) -> Result<bool> {
    let table = E::default();
    let above = Alias::new("above");
    let mut first = Query::select();
    first.column((table, link)).from(table).and_where(Expr::col((table, id)).eq(start));
    let mut next = Query::select();
    next.column((table, link))
        .from(table)
        .inner_join(above.clone(), Expr::col((table, id)).equals((above.clone(), Alias::new("reached"))));
    let mut last = Query::select();
    last.expr(Expr::val(1))
        .from(above.clone())
        .and_where(Expr::col(Alias::new("reached")).eq(wanted))
        .limit(1);
    Ok(walk(db, above, first, next, last).await?.into_iter().next().is_some())
}

/// The ids of all rows that point at the row `whole` with `link`, or at one that does, and so on.
///
/// # Errors
/// Those of the database.
pub async fn all_within<E: EntityTrait>(
    db: &impl Read,
    (id, link): (E::Column, E::Column),
    whole: Uuid,
) -> Result<Vec<Uuid>> {
    let table = E::default();
    let within = Alias::new("within");
    let mut first = Query::select();
    first.column((table, id)).from(table).and_where(Expr::col((table, link)).eq(whole));
    let mut next = Query::select();
    next.column((table, id))
        .from(table)
        .inner_join(within.clone(), Expr::col((table, link)).equals((within.clone(), Alias::new("reached"))));
    let mut last = Query::select();
    last.column(Alias::new("reached")).from(within.clone());
    let rows = walk(db, within, first, next, last).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// `UNION` without `ALL` meets every row once, so that even a circle comes to an end.
async fn walk(
    db: &impl Read,
    name: Alias,
    mut first: SelectStatement,
    next: SelectStatement,
    last: SelectStatement,
) -> Result<Vec<QueryResult>> {
    first.union(UnionType::Distinct, next);
    let mut steps = CommonTableExpression::new();
    steps.table_name(name.into_iden()).column(Alias::new("reached")).query(first);
    let mut with = WithClause::new();
    with.recursive(true).cte(steps);
    Ok(db.query_all(&last.with(with)).await?)
}
