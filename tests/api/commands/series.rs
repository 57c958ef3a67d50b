//! Series of files carried on, which needs no database.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use support::plinth;
use tempfile::TempDir;

use super::{read_csv, run};

const HEADER: [&str; 8] = ["unique_id", "ds", "p50", "lo80", "hi80", "lo95", "hi95", "method"];

/// A file with a text, and its folder, which goes when it is dropped.
fn file(text: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("series.csv");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// What the command makes of a text: its exit code, its rows without the header, and what it said.
fn forecast(text: &str, more: &[&str]) -> (Option<i32>, Vec<Vec<String>>, String) {
    let (_folder, path) = file(text.as_bytes());
    let (code, printed, told) = run(&[&["forecast", path.to_str().unwrap()], more].concat());
    let mut rows = if printed.is_empty() { Vec::new() } else { read_csv(&printed) };
    if !rows.is_empty() {
        assert_eq!(rows.remove(0), HEADER);
    }
    (code, rows, told)
}

/// The column `ds` of a forecast of three steps.
#[track_caller]
fn assert_continues(instants: &[&str], expected: [&str; 3]) {
    let mut text = "unique_id,ds,y\n".to_owned();
    for (place, ds) in instants.iter().enumerate() {
        writeln!(text, "a,{ds},{}", 100 + 3 * place).unwrap();
    }
    let (code, rows, told) = forecast(&text, &["--horizon", "3"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(rows.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), expected, "{told}");
}

/// A year of months of a series.
fn year(id: &str) -> String {
    (1..=12).map(|month| format!("{id},2026-{month:02}-01,{}\n", 100 + month * 2)).collect()
}

#[test]
fn a_series_is_carried_on_with_intervals_in_order() {
    let text = format!("unique_id,ds,y\n{}{}", year("b"), year("a"));
    let (code, rows, told) = forecast(&text, &["--horizon", "36", "--period", "12"]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    assert_eq!(rows.len(), 72);
    // In the order of the file.
    assert_eq!((rows[0][0].as_str(), rows[36][0].as_str()), ("b", "a"));
    assert_eq!((rows[0][1].as_str(), rows[35][1].as_str()), ("2027-01-01", "2029-12-01"));
    for row in &rows {
        let [p50, lo80, hi80, lo95, hi95] = [2, 3, 4, 5, 6].map(|at| row[at].parse::<f64>().unwrap());
        assert!(lo95 <= lo80 && lo80 <= p50 && p50 <= hi80 && hi80 <= hi95, "{row:?}");
        assert_eq!(row[7], "straight-line");
    }
    assert_eq!(rows[0][2], "126", "a line goes on as a line");
    assert_eq!(
        rows[..36].iter().map(|row| &row[1..]).collect::<Vec<_>>(),
        rows[36..].iter().map(|row| &row[1..]).collect::<Vec<_>>()
    );
}

#[test]
fn steps_are_told_from_what_is_there() {
    assert_continues(&["2026-11-01", "2026-12-01", "2027-01-01"], ["2027-02-01", "2027-03-01", "2027-04-01"]);
    assert_continues(&["2026-11-30", "2026-12-31", "2027-01-31"], ["2027-02-28", "2027-03-31", "2027-04-30"]);
    assert_continues(&["2026-03-31", "2026-06-30", "2026-12-31"], ["2027-03-31", "2027-06-30", "2027-09-30"]);
    assert_continues(&["2024-05-15", "2025-05-15", "2026-05-15"], ["2027-05-15", "2028-05-15", "2029-05-15"]);
    assert_continues(&["2026-01", "2026-02", "2026-04"], ["2026-05", "2026-06", "2026-07"]);
    assert_continues(&["2026-01-30", "2026-01-31", "2026-02-02"], ["2026-02-03", "2026-02-04", "2026-02-05"]);
    assert_continues(&["2026-01-05", "2026-01-12", "2026-01-26"], ["2026-02-02", "2026-02-09", "2026-02-16"]);
    assert_continues(
        &["2026-01-01 22:00:00", "2026-01-01 23:00:00", "2026-01-02 00:00:00"],
        ["2026-01-02 01:00:00", "2026-01-02 02:00:00", "2026-01-02 03:00:00"],
    );
    assert_continues(
        &["2026-01-01T00:00:00Z", "2026-01-01T02:15+02:00", "2026-01-01T00:30Z"],
        ["2026-01-01T00:45:00Z", "2026-01-01T01:00:00Z", "2026-01-01T01:15:00Z"],
    );
    assert_continues(&["20260130", "20260131", "20260202"], ["20260203", "20260204", "20260205"]);
    assert_continues(&["1", "2", "3"], ["4", "5", "6"]);
    assert_continues(&["10", "20", "40"], ["50", "60", "70"]);
    assert_continues(&["7"], ["8", "9", "10"]);
}

#[test]
fn names_come_back_as_they_were_given() {
    let text = "\u{FEFF}y,unique_id,ds,colour\r\n\"1\",\"a, \"\"b\"\"\",1,red\r\n2,\"a, \"\"b\"\"\",2,\r\n\r\n3,\"=x\ny\",1,\r\n4,\"=x\ny\",2,\r\n";
    let (code, rows, told) = forecast(text, &["--horizon", "1"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["a, \"b\"", "=x\ny"]);
    assert_eq!(told, "plinth: columns that are not used: `colour`\n");
}

#[test]
fn what_is_not_known_is_a_gap() {
    let with = |gap: &str| {
        let text = format!("unique_id,ds,y\n{}", year("a").replace("2026-05-01,110", gap));
        let (code, rows, told) = forecast(&text, &["--horizon", "3"]);
        assert_eq!((code, told.as_str()), (Some(0), ""), "{gap}");
        rows
    };
    let empty = with("2026-05-01,");
    assert_eq!(empty, with("2026-05-01,NaN"));
    assert_eq!(empty, with("2026-05-01,nan"));
    let text = format!("unique_id,ds,y\n{}", year("a").replace("a,2026-05-01,110\n", ""));
    assert_eq!(empty, forecast(&text, &["--horizon", "3"]).1, "a row that is not there is one too");
    assert_ne!(empty, with("2026-05-01,0"));
}

#[test]
fn a_series_that_cannot_be_forecast_is_named_and_the_others_are_kept() {
    let text = format!(
        "unique_id,ds,y\n{}twice,1,5\ntwice,2,6\ntwice,2,7\nendless,1,5\nendless,2,-Infinity\nendless,3,many\n\
         mixed,1,5\nmixed,2026-01-01,5\nempty,1,\nempty,2,\nnever,soon,5\n\
         uneven,2026-01-01,1\nuneven,2026-02-01,2\nuneven,2026-03-01,3\nuneven,2026-04-02,4\n\
         odd,0,1\nodd,100,1\nodd,200,3\nodd,207,4\nodd,307,5\n\
         far,0,1\nfar,1,2\nfar,5000000,3\n{}",
        year("first"),
        year("last")
    );
    let (code, rows, told) = forecast(&text, &["--horizon", "2"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(
        rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
        ["first", "first", "last", "last"]
    );
    for said in [
        "series `twice` is not forecast: lines 15 and 16: two values for ds 2, 6 and 7",
        "series `endless` is not forecast: line 18: y `-Infinity` is infinite; line 19: y `many` is not a number",
        "series `mixed` is not forecast: line 21: ds `2026-01-01` is not written as `1` of line 20",
        "series `empty` is not forecast: observations is missing: a series without a single value",
        "series `never` is not forecast: line 24: ds `soon` is neither a whole number nor a date",
        "series `uneven` is not forecast: ds is at no equal steps: most are on day 1 of a month, but not 2026-04-02",
        "series `odd` is not forecast: ds is at no equal steps: 100 are usual between two, but not between 200 and 207",
        "series `far` is not forecast: ",
        "series forecast: 2; left out: 8",
    ] {
        assert!(told.contains(said), "`{said}` is not in {told}");
    }
}

#[test]
fn one_date_alone_goes_on_by_months_and_that_is_said() {
    let text =
        "unique_id,ds,y\nfirst,2026-01-01,7\nlast,2026-01-31 06:00:00,7\nmonth,2026-01,7\nnumber,17,7\n";
    let (code, rows, told) = forecast(text, &["--horizon", "2"]);
    assert_eq!(code, Some(0), "{told}");
    let instants: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    let ends = ["2026-02-28 06:00:00", "2026-03-31 06:00:00"];
    assert_eq!(instants, ["2026-02-01", "2026-03-01", ends[0], ends[1], "2026-02", "2026-03", "18", "19"]);
    assert!(rows.iter().all(|row| row[2] == "7" && row[7] == "naive"), "{rows:?}");
    assert_eq!(
        told,
        "plinth: series `first`: one date, 2026-01-01, does not show how far steps are apart: months are assumed\n\
         plinth: series `last`: one date, 2026-01-31 06:00:00, does not show how far steps are apart: months are \
         assumed\n"
    );
}

#[test]
fn order_and_repeats_are_allowed_for_and_said() {
    let text = "unique_id,ds,y\na,3,30\na,1,10\na,2,20\na,2,20.0\na,4,\na,4,40\n";
    let (code, rows, told) = forecast(text, &["--horizon", "3"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(
        told,
        "plinth: series `a`: ds was not in order and was sorted; places where it went back: 1\n\
         plinth: series `a`: rows that say again what another says: 2\n"
    );
    assert_eq!(rows, forecast("unique_id,ds,y\na,1,10\na,2,20\na,3,30\na,4,40\n", &["--horizon", "3"]).1);
    // Series whose rows are mixed come out as if they were not, in the order in which they begin.
    let mixed = "unique_id,ds,y\nb,1,1\na,1,10\nb,2,2\na,2,20\nb,3,4\na,3,30\na,4,40\n";
    let (code, found, told) = forecast(mixed, &["--horizon", "3"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("rows of a series are not together"), "{told}");
    assert_eq!((found[0][0].as_str(), &found[3..]), ("b", &rows[..]));
}

#[test]
fn files_that_cannot_be_read_are_refused_by_line_and_nothing_is_written() {
    for (text, said) in [
        (&b""[..], "the file is empty: a header with unique_id, ds and y is needed"),
        (
            b"unique_id,ds\na,1\n",
            "line 1: there is no column `y`: a header with unique_id, ds and y is needed",
        ),
        (b"a,1,5\na,2,6\n", "line 1: there is no column `unique_id`"),
        (b"unique_id,ds,y,y\na,1,5,6\n", "line 1: the column `y` is there twice"),
        (b"unique_id,ds,y\n", "there is no row below the header"),
        (b"unique_id,ds,y\na,1,5\na,2\n", "line 3: 2 cells, where the header has 3"),
        (b"unique_id,ds,y\na,1,5\n\na,2,5,6\n", "line 4: 4 cells, where the header has 3"),
        (b"unique_id,ds,y\na,1,\"5\n", "line 2: a quote is not closed"),
        (b"unique_id,ds,y\na,1,5\"6\"\n", "line 2: a quote within a cell"),
        (b"unique_id,ds,y\n\"a\"b,1,5\n", "line 2: something follows the quote"),
        (b"unique_id,ds,y\na,1,5\n\xE9,1,5\n", "line 3: is not UTF-8"),
        (b"unique_id,ds,y\na,soon,5\n", "no series could be forecast"),
    ] {
        let (folder, path) = file(text);
        let out = folder.path().join("out.csv");
        let (code, printed, told) =
            run(&["forecast", path.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{told}");
        assert!(told.lines().last().unwrap().contains(said), "`{said}` is not in {told}");
        assert!(!told.contains("panicked"), "{told}");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(left, [path.file_name().unwrap()], "{told}");
    }
    let (code, _, told) = run(&["forecast", "/no/such/file.csv"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("plinth: /no/such/file.csv: "), "{told}");
}

#[test]
fn questions_without_an_answer_are_wrong_use() {
    let (_folder, path) = file(format!("unique_id,ds,y\n{}", year("a")).as_bytes());
    let path = path.to_str().unwrap();
    for (more, said) in [
        (["--horizon", "0"], "--horizon `0`: between 1 and 1,000 steps can be forecast"),
        (["--horizon", "10000"], "--horizon `10000`: between 1 and 1,000 steps can be forecast"),
        (["--horizon", "-1"], "--horizon `-1`: between 1 and 1,000 steps can be forecast"),
        (["--period", "0"], "--period `0`: a period has between 1 and 10,000 steps"),
        (["--period", "2,3,4,5,6"], "--period: 5 are more than the 4 that can be told apart"),
        (["--method", "magic"], "--method `magic`: "),
        (["--format", "xml"], "--format `xml`: "),
        (["--out", path], "is the file that is read"),
    ] {
        let (code, printed, told) = run(&[&["forecast", path], &more[..]].concat());
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{told}");
        assert!(told.contains(said), "`{said}` is not in {told}");
    }
    assert!(fs::read_to_string(path).unwrap().starts_with("unique_id"), "the file is still there");
}

#[test]
fn the_formats_say_the_same() {
    let text = format!("unique_id,ds,y\n{}{}", year("a"), year("b"));
    let (_folder, path) = file(text.as_bytes());
    let path = path.to_str().unwrap();
    let (_, rows, _) = forecast(&text, &["--horizon", "2", "--method", "theta"]);
    let asked = ["forecast", path, "--horizon", "2", "--method", "theta", "--format"];
    let (code, printed, told) = run(&[&asked[..], &["json"]].concat());
    assert_eq!(code, Some(0), "{told}");
    let answer: Value = serde_json::from_str(&printed).unwrap();
    let series = answer.as_array().unwrap();
    assert_eq!(series.len(), 2);
    assert_eq!((&series[0]["unique_id"], &series[0]["method"]), (&"a".into(), &"theta".into()));
    assert_eq!(series[0]["trainedOn"], 12);
    assert!(series[0]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{printed}");
    assert!(series[0]["warnings"].is_array() && series[0]["accuracy"]["backtests"].is_u64(), "{printed}");
    for (row, point) in rows.iter().zip(series.iter().flat_map(|one| one["points"].as_array().unwrap())) {
        assert_eq!(point["ds"], row[1].as_str());
        for (name, cell) in ["p50", "lo80", "hi80", "lo95", "hi95"].into_iter().zip(&row[2..]) {
            assert_eq!(point[name].as_f64().unwrap(), cell.parse::<f64>().unwrap(), "{name}");
        }
    }
    let (code, table, told) = run(&[&asked[..], &["table"]].concat());
    assert_eq!(code, Some(0), "{told}");
    assert!(table.starts_with("a: theta\n") && table.contains("\nb: theta\n"), "{table}");
    assert!(rows.iter().all(|row| row[2..7].iter().all(|cell| table.contains(cell))), "{table}");
}

#[test]
fn standard_input_is_read_as_a_file_is() {
    let text = format!("unique_id,ds,y\n{}", year("a"));
    let mut child = plinth()
        .args(["forecast", "-", "--horizon", "2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let mut rows = read_csv(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(rows.remove(0), HEADER);
    assert_eq!(rows, forecast(&text, &["--horizon", "2"]).1);
}

#[test]
fn the_readme_shows_what_the_command_answers() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split("## Forecasts of files").nth(1).unwrap();
    let mut blocks = section.split("```csv\n").skip(1).map(|block| block.split("```").next().unwrap());
    let (given, shown) = (blocks.next().unwrap(), blocks.next().unwrap());
    let (_folder, path) = file(given.as_bytes());
    let (code, printed, told) = run(&["forecast", path.to_str().unwrap(), "--horizon", "3"]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    assert_eq!(printed.replace("\r\n", "\n"), shown);
}

/// The first series of a file of the competition, in the long format; none where it is not beside the project.
fn competition(name: &str, count: usize) -> Option<(String, BTreeMap<String, Vec<f64>>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/m4").join(name);
    let Ok(read) = fs::read_to_string(&path) else {
        eprintln!("{} is not there: no real series were forecast", path.display());
        return None;
    };
    let (mut text, mut held_out) = ("unique_id,ds,y\n".to_owned(), BTreeMap::new());
    for line in read.lines().skip(1).take(count) {
        let fields: Vec<&str> = line.split(',').collect();
        for (place, value) in fields[3].split(';').enumerate() {
            writeln!(text, "{},{},{value}", fields[0], place + 1).unwrap();
        }
        let values = fields[4].split(';').map(|value| value.parse().unwrap()).collect();
        held_out.insert(fields[0].to_owned(), values);
    }
    Some((text, held_out))
}

#[test]
fn real_series_come_about_as_they_were_said_to() {
    let Some((text, held_out)) = competition("m4_monthly_tail36_dev1143.csv", 150) else { return };
    let (code, rows, told) = forecast(&text, &["--horizon", "36", "--period", "12"]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    assert_eq!(rows.len(), 150 * 36);
    let (mut inside, mut error) = (0, 0.0);
    for steps in rows.chunks(36) {
        for (row, came) in steps.iter().zip(&held_out[&steps[0][0]]) {
            let [p50, low, high] = [2, 3, 4].map(|at| row[at].parse::<f64>().unwrap());
            inside += usize::from((low..=high).contains(came));
            error += 200.0 * (p50 - came).abs() / (p50.abs() + came.abs());
        }
    }
    let count = 150.0 * 36.0;
    let (coverage, error) = (f64::from(u32::try_from(inside).unwrap()) / count, error / count);
    assert!((0.70..=0.90).contains(&coverage), "80 % intervals hold {coverage}");
    assert!(error < 25.0, "sMAPE is {error}");
    assert_eq!(rows, forecast(&text, &["--horizon", "36"]).1, "and the same again, by the usual period");
}

/// sMAPE and MASE of Naive2 by the command over a file of the competition; none where it is not beside the project.
fn naive2_of_the_command(name: &str, horizon: usize, period: usize) -> Option<(f64, f64)> {
    let (text, held_out) = competition(name, usize::MAX)?;
    let (horizon_asked, period_asked) = (horizon.to_string(), period.to_string());
    let (code, rows, told) =
        forecast(&text, &["--method", "naive2", "--horizon", &horizon_asked, "--period", &period_asked]);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    assert_eq!(rows.len(), held_out.len() * horizon);
    let mut known: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        known.entry(fields[0]).or_default().push(fields[2].parse().unwrap());
    }
    let (mut smape, mut mase) = (0.0, 0.0);
    for steps in rows.chunks(horizon) {
        let train = &known[steps[0][0].as_str()];
        let pairs = train.iter().zip(&train[period..]);
        let scale = pairs.map(|(before, after)| (after - before).abs()).sum::<f64>()
            / f64::from(u32::try_from(train.len() - period).unwrap());
        for (row, came) in steps.iter().zip(&held_out[&steps[0][0]]) {
            assert_eq!(row[7], "naive2");
            let said: f64 = row[2].parse().unwrap();
            smape += 200.0 * (said - came).abs() / (said.abs() + came.abs());
            mase += (said - came).abs() / scale;
        }
    }
    let count = f64::from(u32::try_from(rows.len()).unwrap());
    Some((smape / count, mase / count))
}

#[test]
fn naive2_by_name_is_the_one_of_the_competition() {
    for (name, horizon, period, official) in
        [("m4_hourly.csv", 48, 24, (18.383, 2.395)), ("m4_weekly.csv", 13, 1, (9.161, 2.777))]
    {
        let Some(found) = naive2_of_the_command(name, horizon, period) else { continue };
        let close = (found.0 - official.0).abs() < 5e-4 && (found.1 - official.1).abs() < 5e-4;
        assert!(close, "{name}: {found:?}, officially {official:?}");
    }
}
