//! Inputs that take a type: tests of enums and ids, and keys of an order. The GraphQL library derives no names
//! for such types, so they are written out.

use std::borrow::Cow;

use async_graphql::{
    InputType, InputValueError, InputValueResult, Name, Value,
    indexmap::IndexMap,
    registry::{MetaInputValue, MetaType, MetaTypeId, Registry},
};
use entity::id::EntityId;
use sea_orm::{
    ColumnTrait, Condition, IntoSimpleExpr, Value as SqlValue,
    sea_query::{Expr, ExprTrait},
};

use super::{
    filter::{Direction, null_test},
    scalar::Id,
};

/// One key of an order.
#[derive(Clone, Copy, Debug)]
pub struct Order<F> {
    /// What to order by.
    pub field: F,
    /// In which direction.
    pub direction: Direction,
}

impl<F: InputType> InputType for Order<F> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        F::type_name().replace("OrderField", "Order").into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        describe::<Self>(registry, "One key of an order.", |registry| {
            vec![
                field("field", "What to order by.", F::create_type_info(registry), None),
                field("direction", "In which direction.", Direction::create_type_info(registry), Some("ASC")),
            ]
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let mut fields = fields(value)?;
        let direction = take::<Option<Direction>, _>(&mut fields, "direction")?.unwrap_or_default();
        Ok(Self { field: take(&mut fields, "field")?, direction })
    }

    fn to_value(&self) -> Value {
        object([("field", self.field.to_value()), ("direction", InputType::to_value(&self.direction))])
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Tests for words of a closed list.
#[derive(Clone, Debug)]
pub struct EnumFilter<T> {
    /// Equal to.
    pub eq: Option<T>,
    /// Other than.
    pub ne: Option<T>,
    /// One of.
    pub any_of: Option<Vec<T>>,
    /// True: has no value. False: has a value.
    pub is_null: Option<bool>,
}

impl<T: InputType> InputType for EnumFilter<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        format!("{}Filter", T::type_name()).into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        describe::<Self>(registry, "Tests for words of a closed list. All have to hold.", |registry| {
            let word = Option::<T>::create_type_info(registry);
            vec![
                field("eq", "Equal to.", word.clone(), None),
                field("ne", "Other than.", word, None),
                field("in", "One of.", Option::<Vec<T>>::create_type_info(registry), None),
                field(
                    "isNull",
                    "True: has no value. False: has a value.",
                    Option::<bool>::create_type_info(registry),
                    None,
                ),
            ]
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let mut fields = fields(value)?;
        Ok(Self {
            eq: take(&mut fields, "eq")?,
            ne: take(&mut fields, "ne")?,
            any_of: take(&mut fields, "in")?,
            is_null: take(&mut fields, "isNull")?,
        })
    }

    fn to_value(&self) -> Value {
        object([
            ("eq", self.eq.to_value()),
            ("ne", self.ne.to_value()),
            ("in", self.any_of.to_value()),
            ("isNull", self.is_null.to_value()),
        ])
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: InputType + Copy> EnumFilter<T> {
    /// The condition on a column that holds the words of `S`.
    pub fn on<S: From<T> + Into<SqlValue>>(&self, column: impl ColumnTrait) -> Condition {
        let word = |word: T| -> SqlValue { S::from(word).into() };
        let column_is = || column.into_simple_expr();
        Condition::all()
            .add_option(null_test(column, self.is_null))
            .add_option(self.eq.map(|wanted| column_is().eq(word(wanted))))
            .add_option(self.ne.map(|unwanted| column_is().ne(word(unwanted))))
            .add_option(
                self.any_of
                    .as_ref()
                    .map(|words| Expr::expr(column_is()).is_in(words.iter().map(|wanted| word(*wanted)))),
            )
    }
}

/// Tests for ids of one kind.
#[derive(Clone, Debug)]
pub struct IdFilter<I> {
    /// Equal to.
    pub eq: Option<Id<I>>,
    /// One of.
    pub any_of: Option<Vec<Id<I>>>,
}

impl<I: EntityId> InputType for IdFilter<I> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        let words = I::KIND.split('_').map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            format!("{}{rest}", first.to_ascii_uppercase())
        });
        format!("{}IdFilter", words.collect::<String>()).into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        describe::<Self>(registry, "Tests for ids of one kind. All have to hold.", |registry| {
            vec![
                field("eq", "Equal to.", Option::<Id<I>>::create_type_info(registry), None),
                field("in", "One of.", Option::<Vec<Id<I>>>::create_type_info(registry), None),
            ]
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let mut fields = fields(value)?;
        Ok(Self { eq: take(&mut fields, "eq")?, any_of: take(&mut fields, "in")? })
    }

    fn to_value(&self) -> Value {
        object([("eq", self.eq.to_value()), ("in", self.any_of.to_value())])
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<I: EntityId> IdFilter<I> {
    /// The condition on a column.
    #[must_use]
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        Condition::all()
            .add_option(self.eq.map(|id| column.eq(id.0.uuid())))
            .add_option(self.any_of.as_ref().map(|ids| column.is_in(ids.iter().map(|id| id.0.uuid()))))
    }
}

fn describe<T: InputType>(
    registry: &mut Registry,
    description: &str,
    mut fields: impl FnMut(&mut Registry) -> Vec<MetaInputValue>,
) -> String {
    registry.create_input_type::<T, _>(MetaTypeId::InputObject, |registry| MetaType::InputObject {
        name: T::type_name().into_owned(),
        description: Some(description.to_owned()),
        input_fields: fields(registry).into_iter().map(|field| (field.name.clone(), field)).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<T>()),
        oneof: false,
        directive_invocations: Vec::new(),
    })
}

fn field(name: &str, description: &str, ty: String, default: Option<&str>) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty,
        deprecation: async_graphql::registry::Deprecation::NoDeprecated,
        default_value: default.map(str::to_owned),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

type Fields = IndexMap<Name, Value>;

fn fields<T: InputType>(value: Option<Value>) -> Result<Fields, InputValueError<T>> {
    match value {
        Some(Value::Object(fields)) => Ok(fields),
        other => Err(InputValueError::custom(format!("{} is not an object", other.unwrap_or_default()))),
    }
}

fn take<V: InputType, T: InputType>(fields: &mut Fields, name: &str) -> Result<V, InputValueError<T>> {
    V::parse(fields.swap_remove(name)).map_err(InputValueError::propagate)
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect())
}
