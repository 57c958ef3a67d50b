//! API tokens, as clients see them. Neither the secret nor its hash can be read.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{
    access::{api_token, user},
    id::{ApiTokenId, UserId},
};
use sea_orm::Condition;

use super::users::{User, UserFilter};
use crate::{
    access::{Caller, Permission, keys},
    error::Result,
    schema::{
        filter::{Filter, IdFilter, MomentFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{Id, Moment},
    },
};

/// A secret that lets a program call as a user.
#[derive(Clone)]
pub struct ApiToken(Record<api_token::Entity>);

impl From<Record<api_token::Entity>> for ApiToken {
    fn from(record: Record<api_token::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ApiToken {
    type Entity = api_token::Entity;
    type Id = ApiTokenId;
    const VIEW: Permission = Permission::ManageUsers;
    const ID: api_token::Column = api_token::Column::Id;

    fn columns(field: &str) -> &'static [api_token::Column] {
        use api_token::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "user" => &[C::UserId],
            "name" => &[C::Name],
            "prefix" => &[C::TokenPrefix],
            "expiresAt" => &[C::ExpiresAt],
            "revokedAt" => &[C::RevokedAt],
            "lastUsedAt" => &[C::LastUsedAt],
            _ => &[],
        }
    }
}

/// A secret that lets a program call as a user.
#[Object]
impl ApiToken {
    /// The id of the API token.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ApiTokenId>(self.0.get(api_token::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(api_token::Column::Version)
    }

    /// When it was made.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(api_token::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(api_token::Column::UpdatedAt)
    }

    /// Whom it calls as.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        self.0.one(ctx, api_token::Column::UserId).await
    }

    /// What it is for.
    async fn name(&self) -> Result<String> {
        self.0.get(api_token::Column::Name)
    }

    /// The first characters of the secret, to tell tokens apart.
    async fn prefix(&self) -> Result<String> {
        self.0.get(api_token::Column::TokenPrefix)
    }

    /// When it stops working. Null is never, for tokens made before they had to end.
    async fn expires_at(&self) -> Result<Option<Moment>> {
        self.0.get(api_token::Column::ExpiresAt)
    }

    /// When it was revoked.
    async fn revoked_at(&self) -> Result<Option<Moment>> {
        self.0.get(api_token::Column::RevokedAt)
    }

    /// When it last let a caller in, to the hour.
    async fn last_used_at(&self) -> Result<Option<Moment>> {
        self.0.get(api_token::Column::LastUsedAt)
    }
}

/// Which API tokens. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ApiTokenFilter {
    /// All of these as well.
    pub and: Option<Vec<ApiTokenFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ApiTokenFilter>>,
    /// And not this.
    pub not: Option<Box<ApiTokenFilter>>,
    /// By id.
    pub id: Option<IdFilter<ApiTokenId>>,
    /// By whom they call as.
    pub user: Option<UserFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By the moment they stop working.
    pub expires_at: Option<MomentFilter>,
    /// By the moment they were revoked.
    pub revoked_at: Option<MomentFilter>,
    /// By the moment they last let a caller in.
    pub last_used_at: Option<MomentFilter>,
}

impl Filter for ApiTokenFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use api_token::Column as C;
        let user = match &self.user {
            Some(user) => Some(through::<user::Entity>(C::UserId, user::Column::Id, user.condition(caller)?)),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(user)
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.expires_at.as_ref().map(|test| test.on(C::ExpiresAt)).transpose()?)
            .add_option(self.revoked_at.as_ref().map(|test| test.on(C::RevokedAt)).transpose()?)
            .add_option(self.last_used_at.as_ref().map(|test| test.on(C::LastUsedAt)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order API tokens by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum ApiTokenOrderField {
    /// By name.
    Name,
    /// By the moment they stop working.
    ExpiresAt,
    /// By the moment they last let a caller in.
    LastUsedAt,
    /// By the moment they were made.
    CreatedAt,
}

impl Sortable for ApiTokenOrderField {
    type Noun = ApiToken;

    fn column(self) -> api_token::Column {
        match self {
            Self::Name => api_token::Column::Name,
            Self::ExpiresAt => api_token::Column::ExpiresAt,
            Self::LastUsedAt => api_token::Column::LastUsedAt,
            Self::CreatedAt => api_token::Column::CreatedAt,
        }
    }
}

/// A new API token with its secret.
#[derive(SimpleObject)]
pub struct CreatedApiToken {
    /// The token as it can be read later.
    api_token: ApiToken,
    /// What the program sends as its bearer token. Shown now and never again.
    secret: String,
}

/// Queries of API tokens.
#[derive(Default)]
pub struct TokenQuery;

/// Queries of API tokens.
#[Object]
impl TokenQuery {
    /// One API token by id.
    async fn api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ApiTokenId>,
    ) -> Result<Option<ApiToken>> {
        by_id(ctx, id).await
    }

    /// The API tokens.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ApiTokenFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ApiTokenOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ApiToken>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of API tokens.
#[derive(Default)]
pub struct TokenMutation;

/// Changes of API tokens.
#[Object]
impl TokenMutation {
    /// Makes an API token that calls as a user. The answer holds the secret, which is shown once.
    /// It works for 90 days unless another end is given, and for 365 days at most.
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user that it calls as, by their id.")] user: Id<UserId>,
        #[graphql(desc = "What it is for.")] name: String,
        #[graphql(desc = "When it is to stop working: 90 days from now unless said otherwise, 365 at most.")]
        expires_at: Option<Moment>,
    ) -> Result<CreatedApiToken> {
        let (token, secret) =
            change(ctx, Permission::ManageUsers, async |tx| keys::create(tx, *user, name, expires_at).await)
                .await?;
        Ok(CreatedApiToken { api_token: Record::whole(token).into(), secret: secret.reveal() })
    }

    /// Makes an API token useless from now on.
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ApiTokenId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ApiToken> {
        let token =
            change(ctx, Permission::ManageUsers, async |tx| keys::revoke(tx, *id, expected_version).await);
        Ok(Record::whole(token.await?).into())
    }
}
