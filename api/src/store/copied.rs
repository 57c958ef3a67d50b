//! Rows as PostgreSQL copies them out in its binary format: a count of cells, then each with its length and its bytes.

use std::any::Any;

use chrono::{Days, NaiveDate};
use sea_orm::{
    DbErr, Value,
    sea_query::{ArrayType, ValueType},
};
use uuid::Uuid;

/// What a copy begins with, before flags and the length of what else it says of itself.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// Bytes of that length, and of the flags before it.
const WORD: usize = 4;

/// The count of cells of what is no row any more, but the end.
const END: i16 = -1;

/// The length of a cell that holds nothing.
const NULL: i32 = -1;

/// A word and what it stands for.
#[derive(Debug)]
pub struct Word {
    text: String,
    meaning: Box<dyn Any + Send>,
}

/// The bytes of a row, or of all that one message of PostgreSQL holds.
#[derive(Debug)]
pub struct Copied<'a>(&'a [u8]);

impl<'a> Copied<'a> {
    /// The rows in a message, of which the first of a copy says first what it is.
    ///
    /// # Errors
    /// `Custom` where it breaks off.
    pub fn message(bytes: &'a [u8]) -> Result<Self, DbErr> {
        let Some(rest) = bytes.strip_prefix(SIGNATURE) else { return Ok(Self(bytes)) };
        let mut message = Self(rest);
        message.take(WORD)?;
        let more = usize::try_from(i32::from_be_bytes(message.array()?)).map_err(|_| broken())?;
        message.take(more)?;
        Ok(message)
    }

    /// Goes to the first cell of the next row; false at the end of the message or of the copy.
    ///
    /// # Errors
    /// `Custom` where it breaks off.
    pub fn is_at_a_row(&mut self) -> Result<bool, DbErr> {
        Ok(!self.0.is_empty() && i16::from_be_bytes(self.array()?) != END)
    }

    /// The next cell as text.
    ///
    /// # Errors
    /// `Type` where it is none.
    pub fn text(&mut self) -> Result<Option<&'a str>, DbErr> {
        let text = self.cell()?.map(str::from_utf8).transpose();
        text.map_err(|cause| DbErr::Type(cause.to_string()))
    }

    /// The next cell.
    ///
    /// # Errors
    /// `Type` where it holds something else, or nothing where there has to be something.
    pub fn value<T: ValueType>(&mut self) -> Result<T, DbErr> {
        let value = match T::array_type() {
            ArrayType::Bool => Value::Bool(self.number()?.map(|[byte]| byte != 0)),
            ArrayType::Int => Value::Int(self.number()?.map(i32::from_be_bytes)),
            ArrayType::BigInt => Value::BigInt(self.number()?.map(i64::from_be_bytes)),
            ArrayType::Uuid => Value::Uuid(self.id()?),
            ArrayType::ChronoDate => Value::ChronoDate(match self.number()?.map(i32::from_be_bytes) {
                Some(days) => Some(day(days)?),
                None => None,
            }),
            ArrayType::String => Value::String(self.text()?.map(str::to_owned)),
            other => return Err(DbErr::Type(format!("{other:?} is not read from copies"))),
        };
        converted(value)
    }

    /// The next cell, an id or none.
    ///
    /// # Errors
    /// `Type` where it holds something else.
    pub fn id(&mut self) -> Result<Option<Uuid>, DbErr> {
        Ok(self.number()?.map(Uuid::from_bytes))
    }

    /// The next cell, a word that stands for something, and mostly for the same as in the row before: that is `known`.
    ///
    /// # Errors
    /// As [`Copied::value`].
    pub fn word<T: ValueType + Clone + Send + 'static>(
        &mut self,
        known: &mut Option<Word>,
    ) -> Result<T, DbErr> {
        let Some(text) = self.text()? else { return converted(Value::String(None)) };
        if let Some(word) = known.as_ref().filter(|word| word.text == text)
            && let Some(value) = word.meaning.downcast_ref::<T>()
        {
            return Ok(value.clone());
        }
        let value: T = converted(Value::String(Some(text.to_owned())))?;
        *known = Some(Word { text: text.to_owned(), meaning: Box::new(value.clone()) });
        Ok(value)
    }

    /// The next cell, which has a fixed number of bytes.
    fn number<const N: usize>(&mut self) -> Result<Option<[u8; N]>, DbErr> {
        let Some(cell) = self.cell()? else { return Ok(None) };
        let other = || DbErr::Type(format!("it has {} bytes where {N} were expected", cell.len()));
        cell.try_into().map(Some).map_err(|_| other())
    }

    /// The bytes of the next cell; none where it holds nothing.
    fn cell(&mut self) -> Result<Option<&'a [u8]>, DbErr> {
        match i32::from_be_bytes(self.array()?) {
            NULL => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| broken())?).map(Some),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DbErr> {
        let (array, rest) = self.0.split_first_chunk().ok_or_else(broken)?;
        self.0 = rest;
        Ok(*array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DbErr> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(broken)?;
        self.0 = rest;
        Ok(taken)
    }
}

fn converted<T: ValueType>(value: Value) -> Result<T, DbErr> {
    // What it was is only wanted in the words of a failure, so it is not kept for that.
    T::try_from(value).map_err(|_| DbErr::Type(format!("what it holds is no {}", T::type_name())))
}

/// A day by its distance from the first one of 2000. There is none at the ends of time, which PostgreSQL knows.
fn day(days: i32) -> Result<NaiveDate, DbErr> {
    let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    let distance = Days::new(days.unsigned_abs().into());
    let day = if days < 0 { first.checked_sub_days(distance) } else { first.checked_add_days(distance) };
    day.ok_or_else(|| DbErr::Type("a day at the end of time".to_owned()))
}

fn broken() -> DbErr {
    DbErr::Custom("a copied row breaks off".to_owned())
}

#[cfg(test)]
mod tests {
    use entity::{
        id::AssetId,
        inventory::{asset::AssetStatus, environment::Environment},
        money::Rate,
    };

    use super::*;

    /// A row of cells, as PostgreSQL writes it.
    fn row(cells: &[Option<&[u8]>]) -> Vec<u8> {
        let mut bytes = <i16 as TryFrom<usize>>::try_from(cells.len()).unwrap().to_be_bytes().to_vec();
        for cell in cells {
            bytes.extend(
                cell.map_or(NULL, |cell| <i32 as TryFrom<usize>>::try_from(cell.len()).unwrap())
                    .to_be_bytes(),
            );
            bytes.extend(cell.unwrap_or_default());
        }
        bytes
    }

    /// The only cell of the only row of a message.
    fn only<T: ValueType>(cell: Option<&[u8]>) -> Result<T, String> {
        let bytes = row(&[cell]);
        let mut copied = Copied::message(&bytes).unwrap();
        assert!(copied.is_at_a_row().unwrap());
        copied.value().map_err(|error| error.to_string())
    }

    #[test]
    fn a_cell_is_what_it_was() {
        let id = Uuid::from_u128(7);
        assert_eq!(only(Some(id.as_bytes())), Ok(AssetId(id)));
        assert_eq!(only(Some(&[1])), Ok(true));
        assert_eq!(only(Some(&(-3_i32).to_be_bytes())), Ok(Some(-3_i32)));
        assert_eq!(only(Some(&5_i64.to_be_bytes())), Ok(Rate(5)));
        assert_eq!(only(Some(b"IN_SERVICE")), Ok(AssetStatus::InService));
        assert_eq!(only(Some("Zürich".as_bytes())), Ok("Zürich".to_owned()));
        for (days, day) in [(0, "2000-01-01"), (-1, "1999-12-31"), (9_829, "2026-11-29")] {
            assert_eq!(only(Some(&i32::to_be_bytes(days))), Ok(day.parse::<NaiveDate>().unwrap()));
        }
        assert_eq!(only(None), Ok(None::<NaiveDate>));
        assert_eq!(only(None), Ok(None::<AssetId>));
        assert_eq!(only(None), Ok(None::<String>));
        assert_eq!(only(None), Ok(None::<Environment>));
    }

    #[test]
    fn what_is_not_expected_is_told() {
        let told = |expected: &str, found: String| assert!(found.contains(expected), "{found}");
        told("is no AssetStatus", only::<AssetStatus>(Some(b"ON_FIRE")).unwrap_err());
        told("is no i32", only::<i32>(None).unwrap_err());
        told("it has 4 bytes where 8 were expected", only::<i64>(Some(&[0; 4])).unwrap_err());
        told("invalid utf-8", only::<String>(Some(&[0xff])).unwrap_err());
        told("the end of time", only::<NaiveDate>(Some(&i32::MAX.to_be_bytes())).unwrap_err());
        told("not read from copies", only::<f64>(Some(&[0; 8])).unwrap_err());
    }

    #[test]
    fn a_word_stands_for_the_same_as_long_as_it_is_the_same() {
        let words = [Some("IN_SERVICE"), Some("IN_SERVICE"), None, Some("RETIRED"), Some("IN_SERVICE")];
        let bytes: Vec<u8> = words.iter().flat_map(|word| row(&[word.map(str::as_bytes)])).collect();
        let (mut copied, mut known) = (Copied::message(&bytes).unwrap(), None);
        let (service, retired) = (Some(AssetStatus::InService), Some(AssetStatus::Retired));
        for expected in [service, service, None, retired, service] {
            assert!(copied.is_at_a_row().unwrap());
            assert_eq!(copied.word::<Option<AssetStatus>>(&mut known), Ok(expected));
        }
        let bytes = [row(&[Some(b"PRODUCTION")]), row(&[Some(b"ON_FIRE")]), row(&[None])].concat();
        let mut copied = Copied::message(&bytes).unwrap();
        assert!(copied.is_at_a_row().unwrap());
        assert_eq!(
            copied.word(&mut known),
            Ok(Environment::Production),
            "of another type than the one before"
        );
        for _ in 0..2 {
            assert!(copied.is_at_a_row().unwrap());
            let refused = copied.word::<Environment>(&mut known).unwrap_err().to_string();
            assert!(refused.contains("is no Environment"), "{refused}");
        }
    }

    #[test]
    fn a_copy_has_a_head_rows_and_an_end() {
        let head = [SIGNATURE, &[0; 4], &3_i32.to_be_bytes(), b"new"].concat();
        let bytes =
            [&head[..], &row(&[Some(&[1]), None]), &row(&[None, Some(b"x")]), &END.to_be_bytes()].concat();
        let mut copied = Copied::message(&bytes).unwrap();
        assert!(copied.is_at_a_row().unwrap());
        assert!(copied.value::<bool>().unwrap() && copied.text().unwrap().is_none());
        assert!(copied.is_at_a_row().unwrap());
        assert_eq!((copied.value().unwrap(), copied.text().unwrap()), (None::<bool>, Some("x")));
        assert!(!copied.is_at_a_row().unwrap());
        assert!(!Copied::message(&head).unwrap().is_at_a_row().unwrap());
    }

    #[test]
    fn what_breaks_off_is_refused() {
        let bytes = row(&[Some(b"abc")]);
        for end in 1..bytes.len() {
            let mut copied = Copied::message(&bytes[..end]).unwrap();
            let read = copied.is_at_a_row().and_then(|_| copied.text());
            assert!(read.unwrap_err().to_string().contains("breaks off"), "{end}");
        }
        assert!(Copied::message(&[SIGNATURE, &[0; 5]].concat()).is_err());
    }
}
