//! The `plinth` program, as a shell starts it.

use std::{env, process::Command};

/// The program that was built together with the tests, without the settings of whoever runs them.
///
/// # Panics
/// When it has not been built.
#[must_use]
pub fn plinth() -> Command {
    let test = env::current_exe().expect("a program knows where it is");
    // Tests are built into `deps`, one directory below the programs.
    let built = test.ancestors().nth(2).expect("cargo builds tests into target/PROFILE/deps");
    let program = built.join("plinth");
    assert!(program.is_file(), "{} is missing: run `cargo build --workspace` first", program.display());

    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("PLINTH_") {
            command.env_remove(name);
        }
    }
    command
}
