//! Users, as clients see them.

use async_graphql::{Context, ID, InputObject, Object};
use entity::{
    access::{api_token, user},
    id::UserId,
};
use sea_orm::{ColumnTrait, Condition, Order as SqlOrder};

use super::{Role, tokens::ApiToken};
use crate::{
    access::{Caller, Permission, users},
    error::{Error, Result},
    schema::{
        filter::{BooleanFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Id, Moment},
    },
};

/// A person or program that may call.
#[derive(Clone)]
pub struct User(Record<user::Entity>);

impl From<Record<user::Entity>> for User {
    fn from(record: Record<user::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for User {
    type Entity = user::Entity;
    type Id = UserId;
    const VIEW: Permission = Permission::ManageUsers;
    const ID: user::Column = user::Column::Id;

    fn columns(field: &str) -> &'static [user::Column] {
        use user::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "email" => &[C::Email],
            "name" => &[C::Name],
            "role" => &[C::Role],
            "active" => &[C::Active],
            _ => &[],
        }
    }
}

/// A person or program that may call.
#[Object]
impl User {
    /// The id of the user.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<UserId>(self.0.get(user::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(user::Column::Version)
    }

    /// When the user was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(user::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(user::Column::UpdatedAt)
    }

    /// The address that identifies them, in small letters.
    async fn email(&self) -> Result<String> {
        self.0.get(user::Column::Email)
    }

    /// Name for people.
    async fn name(&self) -> Result<String> {
        self.0.get(user::Column::Name)
    }

    /// What they may do.
    async fn role(&self) -> Result<Role> {
        Ok(self.0.get::<user::Role>(user::Column::Role)?.into())
    }

    /// Whether they may call at all.
    async fn active(&self) -> Result<bool> {
        self.0.get(user::Column::Active)
    }

    /// Their API tokens, the revoked ones included, the newest first.
    #[graphql(complexity = "page_cost(None, None, child_complexity)")]
    async fn api_tokens(&self, ctx: &Context<'_>) -> Result<Vec<ApiToken>> {
        let order = [(api_token::Column::CreatedAt, SqlOrder::Desc), (api_token::Column::Id, SqlOrder::Desc)];
        self.0.many(ctx, user::Column::Id, api_token::Column::UserId, &order).await
    }
}

/// Which users. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct UserFilter {
    /// All of these as well.
    pub and: Option<Vec<UserFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<UserFilter>>,
    /// And not this.
    pub not: Option<Box<UserFilter>>,
    /// By id.
    pub id: Option<IdFilter<UserId>>,
    /// By address.
    pub email: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By role.
    pub role: Option<EnumFilter<Role>>,
    /// By whether they may call.
    pub active: Option<BooleanFilter>,
}

impl Filter for UserFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use user::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.email.as_ref().map(|test| test.on(C::Email)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.role.as_ref().map(|test| test.on::<user::Role>(C::Role)))
            .add_option(self.active.as_ref().map(|test| test.on(C::Active))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order users by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum UserOrderField {
    /// By address.
    Email,
    /// By name.
    Name,
    /// By the moment they were recorded.
    CreatedAt,
}

impl Sortable for UserOrderField {
    type Noun = User;

    fn column(self) -> user::Column {
        match self {
            Self::Email => user::Column::Email,
            Self::Name => user::Column::Name,
            Self::CreatedAt => user::Column::CreatedAt,
        }
    }
}

/// A user to create.
#[derive(Clone, Debug, InputObject)]
pub struct NewUser {
    /// The address that identifies them; no two users share one, in capitals or not.
    pub email: String,
    /// Name for people.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Queries of users.
#[derive(Default)]
pub struct UserQuery;

/// Queries of users.
#[Object]
impl UserQuery {
    /// One user by id or by address.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their id.")] id: Option<Id<UserId>>,
        #[graphql(desc = "Their e-mail address.")] email: Option<String>,
    ) -> Result<Option<User>> {
        match (id, email) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(email)) => {
                let is_address = user::Column::Email.eq(email.trim().to_lowercase());
                by_condition(ctx, Condition::all().add(is_address)).await
            }
            _ => Err(Error::invalid("id", "give either an id or an address")),
        }
    }

    /// The users.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<UserFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<UserOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<User>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of users.
#[derive(Default)]
pub struct UserMutation;

/// Changes of users.
#[Object]
impl UserMutation {
    /// Creates a user. Sent again with the same idempotency key it answers with the first user.
    async fn create_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewUser,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<User> {
        let user = change(ctx, Permission::ManageUsers, async |tx| {
            tx.once("createUser", idempotency_key, &input, async || {
                users::create(tx, &input.email, input.name.clone(), input.role.into()).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(user).into())
    }

    /// Gives a user another name for people.
    async fn rename_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their id.")] id: Id<UserId>,
        #[graphql(desc = "Their new name.")] name: String,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<User> {
        let user = change(ctx, Permission::ManageUsers, async |tx| {
            users::rename(tx, *id, expected_version, name).await
        });
        Ok(Record::whole(user.await?).into())
    }

    /// Gives a user another role. Nobody changes their own, and one active administrator has to be left.
    async fn change_user_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their id.")] id: Id<UserId>,
        #[graphql(desc = "The new role.")] role: Role,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<User> {
        let user = change(ctx, Permission::ManageUsers, async |tx| {
            users::change_role(tx, *id, expected_version, role.into()).await
        });
        Ok(Record::whole(user.await?).into())
    }

    /// Keeps a user from calling, and revokes their API tokens for good.
    async fn deactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their id.")] id: Id<UserId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<User> {
        let user = change(ctx, Permission::ManageUsers, async |tx| {
            users::deactivate(tx, *id, expected_version).await
        });
        Ok(Record::whole(user.await?).into())
    }

    /// Lets a user call again. They need new API tokens.
    async fn reactivate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their id.")] id: Id<UserId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<User> {
        let user = change(ctx, Permission::ManageUsers, async |tx| {
            users::reactivate(tx, *id, expected_version).await
        });
        Ok(Record::whole(user.await?).into())
    }
}
