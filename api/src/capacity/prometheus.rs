//! What Prometheus answers to `query_range`, read as observations.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Deserialize;
use serde_json::Value;

use super::{
    bare_numbers::{self, Quoted},
    observations::{Given, Refused},
};
use crate::{
    error::{Error, Result},
    schema::scalar::shown,
};

/// Points that Prometheus gives at once.
pub const MOST: usize = 11_000;

/// What an answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// What was measured.
    pub observations: Vec<Given>,
    /// Points that are no number: gaps, and never 0.
    pub gaps: usize,
    /// Points that are infinite, out of range, at no instant or no points at all, and series that are none.
    pub refused: Vec<Refused>,
    /// What Prometheus warned of, in its words.
    pub warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(rename = "errorType")]
    error_type: Option<String>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    result: Value,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    values: Vec<Value>,
}

/// Reads an answer, of which the series with `labels` is taken. What of it cannot be read is left out by name; numbers
/// that JSON does not have, as a bare `NaN`, cost their point and not the answer.
///
/// # Errors
/// `Invalid` for what is no such answer, an answer of an error, and none or several series with the labels;
/// `LimitExceeded` for too many points.
pub fn read(text: &str, labels: &BTreeMap<String, String>) -> Result<Answered> {
    let quoted = Quoted::new(text);
    let answer: Answer = serde_json::from_str(&quoted.text).map_err(|cause| no_answer(quoted.why(&cause)))?;
    if answer.status != "success" {
        let kind = answer.error_type.as_deref().unwrap_or("no error type");
        let why = answer.error.as_deref().unwrap_or("no message");
        let message = format!("the status is {}: {kind}, {why}", shown(&answer.status));
        return Err(Error::invalid("json", message));
    }
    let data = answer.data.ok_or_else(|| Error::invalid("json", "has no data"))?;
    if data.result_type != "matrix" {
        let message = format!(
            "the result is a {}; observations are a matrix, as `query_range` answers",
            shown(&data.result_type)
        );
        return Err(Error::invalid("json", message));
    }
    let Value::Array(result) = data.result else {
        return Err(no_answer(format!("{} is no list of series", spoken(&data.result))));
    };
    let (all, refused) = series_of(result)?;
    let series = chosen(all, labels)?;
    if series.values.len() > MOST {
        let message = format!("{} points are more than the {MOST} of one answer", series.values.len());
        return Err(Error::TooMuch { field: "json".to_owned(), message });
    }
    let mut warnings = answer.warnings;
    warnings.extend(answer.infos);
    let mut answered = Answered { warnings, refused, ..Answered::default() };
    let of = name(&series);
    for (index, given) in series.values.iter().enumerate() {
        match point(given) {
            Ok(Some(given)) => answered.observations.push(given),
            Ok(None) => answered.gaps += 1,
            Err((at, why)) => {
                let message = format!("json.values[{index}]: {why}, in the series {of}");
                answered.refused.push(Refused { at, message });
            }
        }
    }
    Ok(answered)
}

/// The series of a result, and those of its parts that are none.
fn series_of(result: Vec<Value>) -> Result<(Vec<Series>, Vec<Refused>)> {
    let (mut all, mut refused) = (Vec::new(), Vec::new());
    for (index, given) in result.into_iter().enumerate() {
        match serde_json::from_value(given) {
            Ok(series) => all.push(series),
            Err(cause) => {
                let message = format!("json.data.result[{index}]: is no series: {cause}");
                refused.push(Refused { at: None, message });
            }
        }
    }
    match refused.first().filter(|_| all.is_empty()) {
        Some(first) => Err(no_answer(&first.message)),
        None => Ok((all, refused)),
    }
}

/// What was measured at an instant; none for a gap. An error has the instant, where it is one, and the rule.
fn point(given: &Value) -> Result<Option<Given>, (Option<DateTime<Utc>>, String)> {
    let [at, value] = given.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err((None, format!("{} is not an instant and a value", spoken(given))));
    };
    let at = instant(at).map_err(|why| (None, why))?;
    let value = value_of(value).map_err(|why| (Some(at), why))?;
    Ok(value.map(|value| Given { at, value }))
}

/// A value, which Prometheus writes as text and others as a number; none for a gap.
fn value_of(given: &Value) -> Result<Option<Decimal>, String> {
    match given {
        Value::String(text) => match bare_numbers::bare(text) {
            Some(word) if number(word)?.is_none() => {
                Err(format!("{} is no number of JSON; a gap is the text \"NaN\"", shown(word)))
            }
            _ => number(text),
        },
        Value::Number(value) => number(&value.to_string()),
        _ => Err(format!("{} is not a number", spoken(given))),
    }
}

/// Part of an answer as messages show it: as it came, but for the blanks.
fn spoken(given: &Value) -> String {
    match given {
        Value::String(text) => shown(bare_numbers::bare(text).unwrap_or(text)),
        _ => shown(&given.to_string().replace("\\u0000", "")),
    }
}

fn no_answer(cause: impl Display) -> Error {
    Error::invalid("json", format!("is not what Prometheus answers to `query_range`: {cause}"))
}

fn chosen(all: Vec<Series>, labels: &BTreeMap<String, String>) -> Result<Series> {
    let count = all.len();
    let has_labels =
        |series: &Series| labels.iter().all(|(name, value)| series.metric.get(name) == Some(value));
    let mut chosen: Vec<Series> = all.into_iter().filter(has_labels).collect();
    match (chosen.pop(), chosen.len()) {
        (Some(series), 0) => Ok(series),
        (None, _) if count == 0 => {
            Err(Error::invalid("json", "it has no series: nothing was found in the time that was asked for"))
        }
        (None, _) => {
            let message = format!("none of its {count} series has the labels that are asked for");
            Err(Error::invalid("labels", message))
        }
        (Some(last), others) => {
            let named = chosen.iter().chain([&last]).take(3).map(name).collect::<Vec<_>>().join(", ");
            let message = format!("{} series fit; name one by its labels, as of {named}", others + 1);
            Err(Error::invalid("labels", message))
        }
    }
}

fn name(series: &Series) -> String {
    let labels = series.metric.iter().map(|(name, value)| format!("{name}=\"{value}\""));
    format!("{{{}}}", labels.collect::<Vec<_>>().join(","))
}

fn instant(given: &Value) -> Result<DateTime<Utc>, String> {
    let refused = || format!("{} is not an instant in seconds", spoken(given));
    let Value::Number(seconds) = given else { return Err(refused()) };
    let text = seconds.to_string();
    let seconds = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok();
    let microseconds = seconds
        .and_then(|seconds| seconds.checked_mul(Decimal::from(1_000_000)))
        .and_then(|microseconds| microseconds.round().to_i64());
    microseconds.and_then(DateTime::from_timestamp_micros).ok_or_else(refused)
}

/// A number, or none for what is not one, which Prometheus calls `NaN`.
fn number(text: &str) -> Result<Option<Decimal>, String> {
    let refused = |why: &str| Err(format!("{} {why}", shown(text)));
    let word = text.strip_prefix(['+', '-']).unwrap_or(text).to_ascii_lowercase();
    match word.as_str() {
        "nan" => return Ok(None),
        "inf" | "infinity" => return refused("is infinite"),
        _ => {}
    }
    // Some readers of numbers pass over underscores.
    if text.contains('_') {
        return refused("is not a number");
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (Ok(mantissa), Ok(exponent)) = (Decimal::from_str(mantissa), i32::from_str(exponent)) else {
        return refused("is not a number");
    };
    // Below a thousandth of what is kept, whatever the mantissa: it has one digit before the point.
    if exponent < -10 {
        return Ok(Some(Decimal::ZERO * mantissa));
    }
    if exponent == 0 {
        return Ok(Some(mantissa));
    }
    match Decimal::from_scientific(text) {
        Ok(value) => Ok(Some(value)),
        Err(_) => refused("is out of range"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(result: &str) -> String {
        format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":{result}}}}}"#)
    }

    fn refusal(text: &str) -> String {
        read(text, &BTreeMap::new()).unwrap_err().to_string()
    }

    #[test]
    fn values_are_text_and_a_gap_is_no_zero() {
        let text = answer(
            r#"[{"metric":{},"values":[[1435781430.781,"1.5e+01"],[1435781445,"NaN"],[1435781460,"3e-12"]]}]"#,
        );
        let read = read(&text, &BTreeMap::new()).unwrap();
        assert_eq!(read.gaps, 1);
        let values: Vec<String> = read.observations.iter().map(|given| given.value.to_string()).collect();
        assert_eq!((values[0].as_str(), read.observations[1].value), ("15", Decimal::ZERO));
        assert_eq!(read.observations[0].at.to_rfc3339(), "2015-07-01T20:10:30.781+00:00");
    }

    #[test]
    fn one_of_several_series_is_named() {
        let text = answer(
            r#"[{"metric":{"host":"a"},"values":[[1,"1"]]},{"metric":{"host":"b"},"values":[[1,"2"]]}]"#,
        );
        assert!(
            refusal(&text).contains(r#"2 series fit; name one by its labels, as of {host="a"}, {host="b"}"#)
        );
        let labels = |host: &str| BTreeMap::from([("host".to_owned(), host.to_owned())]);
        assert_eq!(read(&text, &labels("b")).unwrap().observations[0].value, Decimal::TWO);
        let none = read(&text, &labels("c")).unwrap_err().to_string();
        assert!(none.contains("none of its 2 series has the labels"), "{none}");
    }

    #[test]
    fn what_is_no_such_answer_is_refused_by_name() {
        let error = r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#;
        assert!(refusal(error).contains("the status is `error`: timeout, query timed out"));
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        assert!(refusal(vector).contains("the result is a `vector`"));
        for (text, why) in
            [("<html>", "is not what Prometheus answers"), (answer("[]").as_str(), "it has no series")]
        {
            assert!(refusal(text).contains(why), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn a_bad_point_is_left_out_by_name_and_the_rest_is_kept() {
        let text = answer(
            r#"[{"metric":{},"values":[[1,"+Inf"],[2,"many"],[1e300,"1"],[4,"7"],[5,"1e400"],[6,"NaN"]]}]"#,
        );
        let read = read(&text, &BTreeMap::new()).unwrap();
        assert_eq!((read.observations.len(), read.gaps), (1, 1));
        let at = |refused: &Refused| refused.at.map(|at| at.timestamp());
        let refused: Vec<_> = read.refused.iter().map(|it| (at(it), it.message.as_str())).collect();
        for ((at, message), (instant, why)) in refused.iter().zip([
            (Some(1), "json.values[0]: `+Inf` is infinite"),
            (Some(2), "json.values[1]: `many` is not a number"),
            (None, "is not an instant in seconds"),
            (Some(5), "json.values[4]: `1e400` is out of range"),
        ]) {
            assert!(*at == instant && message.contains(why), "{at:?} {message}");
        }
        assert_eq!(refused.len(), 4);
    }

    #[test]
    fn what_is_no_point_is_left_out_by_series_place_value_and_rule() {
        let text = answer(
            r#"[{"metric":{"rack":"R1"},"values":[
                [1,NaN],["abc","5"],[3,-Infinity],[4],{"at":5},null,[NaN,"7"],[8,null],[9,2.5],[10,"8"],[11,1e400]]},
                {"metric":{"rack":"R2"}}]"#,
        );
        let read = read(&text, &BTreeMap::new()).unwrap();
        let values: Vec<String> = read.observations.iter().map(|given| given.value.to_string()).collect();
        assert_eq!((values, read.gaps), (vec!["2.5".to_owned(), "8".to_owned()], 0));
        let told: Vec<_> =
            read.refused.iter().map(|it| (it.at.map(|at| at.timestamp()), it.message.as_str())).collect();
        let (series, others) = told.split_first().unwrap();
        assert_eq!(series.0, None);
        assert!(
            series.1.starts_with("json.data.result[1]: is no series: missing field `values`"),
            "{}",
            series.1
        );
        let expected = [
            (Some(1), r#"0]: `NaN` is no number of JSON; a gap is the text "NaN""#),
            (None, "1]: `abc` is not an instant in seconds"),
            (Some(3), "2]: `-Infinity` is infinite"),
            (None, "3]: `[4]` is not an instant and a value"),
            (None, r#"4]: `{"at":5}` is not an instant and a value"#),
            (None, "5]: `null` is not an instant and a value"),
            (None, "6]: `NaN` is not an instant in seconds"),
            (Some(8), "7]: `null` is not a number"),
            (Some(11), "10]: `1e400` is out of range"),
        ];
        assert_eq!(others.len(), expected.len());
        for ((at, message), (instant, why)) in others.iter().zip(expected) {
            let whole = format!("json.values[{why}, in the series {{rack=\"R1\"}}");
            assert_eq!((*at, *message), (instant, whole.as_str()));
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        let text = answer(r#"[{"metric":{},"values":[[1,NaN],[2,"3"]}]"#);
        let at = text.find("\"3\"]}").unwrap() + 5;
        let told = refusal(&text);
        assert!(told.ends_with(&format!("line 1 column {at}")), "{told}");
        let none = refusal(&answer(r#"{"NaN":NaN}"#));
        assert!(none.contains(r#"`{"NaN":"NaN"}` is no list of series"#), "{none}");
        let unread = refusal(&answer("[5]"));
        assert!(unread.contains("json.data.result[0]: is no series"), "{unread}");
    }
}
