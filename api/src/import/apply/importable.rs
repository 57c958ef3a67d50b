//! What the records of a noun have to say, so that they can become rows.

use std::collections::BTreeSet;

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait, TryIntoModel,
};
use serde::Serialize;
use uuid::Uuid;

use super::engine::Run;
use super::fill::Filling;
use super::known::{Key, Known, Table};
use crate::error::Result;
use crate::export::labels::Kind as LabelKind;
use crate::export::line::Exportable;
use crate::import::csv::Noun;
use crate::import::{Origin, Records};
use crate::store::Tx;

/// A record that becomes a row.
pub trait Importable: Sized + Sync + 'static {
    const NOUN: Noun;
    /// The column of the file that lists rows of another noun, which a table of links keeps.
    const LINKS: Option<(&'static str, LabelKind)> = None;

    type Entity: EntityTrait<Model = Self::Model>;
    type Model: ModelTrait<Entity = Self::Entity> + IntoActiveModel<Self::Row> + Exportable + Serialize + Sync;
    type Row: ActiveModelTrait<Entity = Self::Entity> + ActiveModelBehavior + TryIntoModel<Self::Model> + Send;

    /// The records of the noun.
    fn all(records: &Records) -> &[Self];
    fn origin(&self) -> &Origin;
    fn key(&self) -> Key;

    /// The record of the same noun that has to be there before this one.
    fn needs(&self) -> Option<Key> {
        None
    }

    fn table(known: &Known) -> &Table<Self::Model>;
    fn table_mut(known: &mut Known) -> &mut Table<Self::Model>;

    /// Reads the rows that the files name, as records or as what records refer to.
    async fn load(run: &mut Run<'_>) -> Result<()>;

    /// Writes what the file says into a row, and what a new row has besides.
    fn fill(&self, row: &mut Self::Row, before: Option<&Self::Model>, at: &mut Filling<'_>) -> Result<()>;

    /// The rules of the row that would be, as far as they need nothing but what is known.
    fn check(row: Candidate<'_, Self::Model>, known: &Known) -> Result<()>;

    /// The rules that have to ask the database, and changes of other rows that go before this one.
    async fn settle(_run: &mut Run<'_>, _row: Candidate<'_, Self::Model>) -> Result<()> {
        Ok(())
    }

    /// Whether a change refers to another row of the same noun, which then has to be written first.
    fn refers_anew(_before: &Self::Model, _after: &Self::Model) -> bool {
        false
    }

    /// Writes a change of a row.
    async fn write(run: &mut Run<'_>, before: Self::Model, row: Self::Row) -> Result<Self::Model> {
        run.tx.update(before, |changed| *changed = row).await
    }

    /// Notes what later records have to know of a row that was taken.
    fn taken(_known: &mut Known, _before: Option<&Self::Model>, _after: &Self::Model) {}

    /// The rows that it is linked with, where the file says so.
    fn links(&self, _known: &Known) -> Result<Option<BTreeSet<Uuid>>> {
        Ok(None)
    }

    /// Writes links.
    async fn link(_tx: &Tx, _links: Vec<Links>, _reason: &str) -> Result<()> {
        Ok(())
    }
}

/// A row that is to be written.
#[derive(Debug)]
pub struct Candidate<'a, M> {
    /// As it is, unless it is new.
    pub before: Option<&'a M>,
    /// As it would be.
    pub after: &'a M,
    /// What it would be linked with.
    pub links: &'a BTreeSet<Uuid>,
}

impl<M> Clone for Candidate<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Candidate<'_, M> {}

/// Links of a row that come and go.
#[derive(Debug)]
pub struct Links {
    pub owner: Uuid,
    pub added: Vec<Uuid>,
    pub removed: Vec<Uuid>,
}
