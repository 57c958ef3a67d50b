//! Answers a request: what it may ask is checked before, and its answer is put in order after.
//!
//! The GraphQL library has extensions for this. Each of them makes the library wrap every field of every row,
//! which more than doubled the time of a long page, so none is used.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    PathSegment, Request, Response, SchemaEnv, ServerError, ServerResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextRequest},
    parser::types::{OperationType, Selection},
};
use futures_util::{FutureExt, Stream, StreamExt};
use sha2::{Digest, Sha256};

use super::{
    codes::classify,
    inputs::Given,
    limits::QueryLimits,
    live::Live,
    order::FieldOrder,
    roots::{Areas, areas},
};
use crate::{access::Caller, config::Limits, error::Error, topology::index::Index};

/// The schema of this server, with its limits.
#[derive(Clone)]
pub struct PlinthSchema {
    areas: Areas,
    /// The same types again, for looking up what a query asks for.
    types: Option<SchemaEnv>,
    limits: QueryLimits,
    index: Option<Index>,
}

/// What answers to changes say of the graph, beside their data.
const GRAPH_REVISION: &str = "graphRevision";

/// What an error says of how many more rows it is about.
const REPEATED: &str = "repeated";

impl PlinthSchema {
    pub(super) fn new(areas: Areas, limits: Limits, index: Option<Index>) -> Self {
        Self { areas, types: types(), limits: QueryLimits(limits), index }
    }

    /// The dependency graph that this server keeps; none without a database.
    #[must_use]
    pub fn index(&self) -> Option<&Index> {
        self.index.as_ref()
    }

    /// Answers a request. The caller is among its data.
    pub async fn execute(&self, mut request: Request) -> Response {
        let request_id = caller(&request).map(|caller| caller.request_id.clone()).unwrap_or_default();
        let given = Given::new(&request.query, &request.variables);
        let mut response = match self.admit(&mut request) {
            Ok(order) => {
                let operation = request.operation_name.clone();
                // What is changed through the handle of one request is said to that request.
                let store = self.index.as_ref().map(|index| index.store().for_request());
                if let Some(store) = store.clone() {
                    request = request.data(store);
                }
                let mut response = self.areas.execute(request).await;
                order.arrange(operation.as_deref(), &mut response.data);
                if let Some(revision) = store.and_then(|store| store.committed()) {
                    response.extensions.insert(GRAPH_REVISION.to_owned(), revision.into());
                }
                response
            }
            Err(refusal) => Response::from_errors(vec![refusal]),
        };
        self.finish(&mut response, &request_id, &given);
        response
    }

    /// Admits an operation whose answers may be several: those of a subscription.
    ///
    /// # Errors
    /// The answer that refuses it.
    pub fn open(&self, mut request: Request) -> Result<Operation, Box<Response>> {
        let request_id = caller(&request).map(|caller| caller.request_id.clone()).unwrap_or_default();
        let given = Given::new(&request.query, &request.variables);
        let admitted = self.admit(&mut request).and_then(|order| Ok((order, subscribes(&mut request)?)));
        match admitted {
            Ok((order, is_subscription)) => {
                let schema = self.clone();
                Ok(Operation { schema, request, order, given, request_id, is_subscription })
            }
            Err(refusal) => {
                let mut response = Response::from_errors(vec![refusal]);
                self.finish(&mut response, &request_id, &given);
                Err(Box::new(response))
            }
        }
    }

    /// Gives errors their codes, and says each once.
    fn finish(&self, response: &mut Response, request_id: &str, given: &Given) {
        let types = self.types.as_ref().map(|types| (&types.registry, given));
        for error in &mut response.errors {
            classify(error, request_id, types);
        }
        say_once(&mut response.errors);
    }

    /// Refuses anonymous requests, introspection included, and queries that ask for too much.
    fn admit(&self, request: &mut Request) -> ServerResult<FieldOrder> {
        if caller(request).is_none() {
            let message = "send a token in the header `Authorization: Bearer …`";
            return Err(server_error(Error::Unauthenticated(message.into())));
        }
        let types =
            self.types.as_ref().ok_or_else(|| server_error(Error::internal("the types are not known")))?;
        self.limits.check_request(&types.registry, request)?;
        Ok(FieldOrder::of(request.parsed_query()?))
    }
}

/// An operation that was admitted.
pub struct Operation {
    schema: PlinthSchema,
    request: Request,
    order: FieldOrder,
    given: Given,
    request_id: String,
    is_subscription: bool,
}

impl Operation {
    /// Whether its answers go on until somebody ends it.
    #[must_use]
    pub fn is_subscription(&self) -> bool {
        self.is_subscription
    }

    /// Gives it what its resolvers need.
    #[must_use]
    pub fn with<D: Any + Send + Sync>(mut self, data: D) -> Self {
        self.request = self.request.data(data);
        self
    }

    /// Its first answer alone. A subscription that could go on says that it needs a connection for that.
    pub async fn first_answer(self) -> Option<Response> {
        let Self { schema, request, given, request_id, .. } = self;
        let mut response = schema.areas.execute_stream(request).next().await?;
        schema.finish(&mut response, &request_id, &given);
        Some(response)
    }

    /// Its answers: one for a query or a change. Those of a subscription that [sends only
    /// news](Live::send_only_news) are left out where they are as the one before.
    pub fn answers(self, live: Live) -> impl Stream<Item = Response> + Send + 'static {
        let name = self.request.operation_name.clone();
        let request = self.request.data(live.clone());
        let answers = self.schema.areas.execute_stream(request);
        let mut last = None;
        let (schema, order, given, request_id) = (self.schema, self.order, self.given, self.request_id);
        answers.filter_map(move |mut response| {
            order.arrange(name.as_deref(), &mut response.data);
            schema.finish(&mut response, &request_id, &given);
            let is_known = live.sends_only_news() && {
                let digest = response.errors.is_empty().then(|| Sha256::digest(response.data.to_string()));
                let before = std::mem::replace(&mut last, digest);
                before.is_some() && before == last
            };
            std::future::ready((!is_known).then_some(response))
        })
    }
}

/// Whether the operation of a request is a subscription. That asks for one field, for each is one to be limited.
fn subscribes(request: &mut Request) -> ServerResult<bool> {
    let name = request.operation_name.clone();
    let document = request.parsed_query()?;
    let mut operations = document.operations.iter();
    let of_name = operations
        .find(|(known, _)| name.is_none() || known.map(async_graphql::Name::as_str) == name.as_deref());
    let Some((_, operation)) = of_name.filter(|(_, it)| it.node.ty == OperationType::Subscription) else {
        return Ok(false);
    };
    let items = &operation.node.selection_set.node.items;
    if !matches!(items.as_slice(), [one] if matches!(one.node, Selection::Field(_))) {
        let message = "a subscription asks for one field, and for no fragment around it";
        return Err(server_error(Error::invalid("", message)));
    }
    Ok(true)
}

/// Says once what is said of every row of a list, such as of an argument that each of them was asked with, and how many
/// more it is said of. Before there are rows, the library refuses an argument for itself and for the cost of its field.
fn say_once(errors: &mut Vec<ServerError>) {
    let mut places = HashMap::new();
    let mut said: Vec<(ServerError, u64)> = Vec::new();
    for error in errors.drain(..) {
        let place = *places.entry((fields(&error), error.message.clone())).or_insert(said.len());
        match said.get_mut(place) {
            Some((_, repeated)) => *repeated += 1,
            None => said.push((error, 0)),
        }
    }
    errors.extend(said.into_iter().map(|(mut error, repeated)| {
        if repeated > 0 && !error.path.is_empty() {
            error.extensions.get_or_insert_default().set(REPEATED, repeated);
        }
        error
    }));
}

/// Where in the answer an error is, whichever row it is of.
fn fields(error: &ServerError) -> Vec<String> {
    let fields = error.path.iter().filter_map(|segment| match segment {
        PathSegment::Field(name) => Some(name.clone()),
        PathSegment::Index(_) => None,
    });
    fields.collect()
}

pub(super) fn server_error(error: Error) -> ServerError {
    async_graphql::Error::from(error).into_server_error(async_graphql::Pos::default())
}

fn caller(request: &Request) -> Option<&Caller> {
    request.data.get(&TypeId::of::<Caller>())?.downcast_ref()
}

/// The types of the schema. The library shows them to extensions only, so one asks for them, once.
fn types() -> Option<SchemaEnv> {
    let seen = Arc::new(OnceLock::new());
    let probe = areas().extension(Probe(Arc::clone(&seen))).finish();
    // Nothing in it waits for anything.
    probe.execute("{ __typename }").now_or_never()?;
    seen.get().cloned()
}

struct Probe(Arc<OnceLock<SchemaEnv>>);

impl ExtensionFactory for Probe {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self(Arc::clone(&self.0)))
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Probe {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        self.0.get_or_init(|| ctx.schema_env.clone());
        next.run(ctx).await
    }
}
