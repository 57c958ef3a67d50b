//! Plinth seen from outside: an application of its own for every test, on both engines.
//!
//! ```no_run
//! use support::on_both_engines;
//!
//! on_both_engines(async |app| {
//!     let data = app.viewer().query("{ sites { totalCount } }").await;
//!     assert_eq!(data["sites"]["totalCount"], 0);
//! });
//! ```
//!
//! Helpers go through the interface that users have, and never touch the database behind it.
#![expect(clippy::expect_used, reason = "a helper that cannot go on fails the test that asked for it")]

mod app;
mod client;
mod command;
mod database;
pub mod http;
mod postgres;
mod process;
mod proxy;
pub mod socket;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

use tokio::runtime::Runtime;

pub use self::{
    app::{Beside, TestApp, now},
    client::{Client, Refusal},
    command::plinth,
    database::{Database, Engine},
    process::Process,
    proxy::Cable,
};

/// One runtime for all tests: a pool of connections must not outlive the runtime that it was made in.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().thread_stack_size(STACK_OF_A_THREAD).build().expect("a runtime starts")
});

/// As much as the program has, and more where nothing is optimised.
const STACK_OF_A_THREAD: usize = 32 << 20;

/// Runs a test on every engine, each time with an application and a database of its own.
///
/// Inline snapshots in `body` hold for both engines.
///
/// # Panics
/// Names the engines on which `body` failed, after its own message.
#[track_caller]
pub fn on_both_engines(body: impl AsyncFn(&TestApp)) {
    on(&Engine::ALL, body);
}

/// Runs a test on one engine, for what only that engine has.
///
/// # Panics
/// When `body` fails.
#[track_caller]
pub fn on_engine(engine: Engine, body: impl AsyncFn(&TestApp)) {
    on(&[engine], body);
}

/// Runs a test with an empty database on every engine, for what happens before there are tables.
///
/// # Panics
/// Names the engines on which `body` failed, after its own message.
#[track_caller]
pub fn on_empty_databases(body: impl AsyncFn(&Database)) {
    each(&Engine::ALL, move |engine| {
        let database = block_on(Database::empty(engine));
        let held = holds(|| block_on(body(&database)));
        block_on(database.remove());
        held
    });
}

/// Runs a future to its end on the runtime of the tests.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}

#[track_caller]
fn on(engines: &[Engine], body: impl AsyncFn(&TestApp)) {
    each(engines, move |engine| {
        let app = block_on(TestApp::start(engine));
        let held = holds(|| block_on(body(&app)));
        block_on(app.stop());
        held
    });
}

#[track_caller]
fn each(engines: &[Engine], test: impl Fn(Engine) -> bool) {
    let failed: Vec<String> = insta::allow_duplicates! {
        engines.iter().filter(|engine| !test(**engine)).map(ToString::to_string).collect()
    };
    assert!(failed.is_empty(), "failed on {}", failed.join(" and on "));
}

/// Whether the work ended without a panic, so that its database is removed either way.
fn holds(work: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_ok()
}
