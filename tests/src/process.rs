//! The `plinth` program, serving, as a system starts and stops it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use crate::{command::plinth, http::SECRET};

/// How long a server may take to start or to end, where many tests share a machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `plinth serve`, ended when dropped.
pub struct Process {
    child: Child,
    log: Receiver<String>,
    seen: Vec<String>,
    address: String,
}

impl Process {
    /// Starts on a port that is free, with JSON logs and the secret of tests, and waits until it serves.
    ///
    /// # Panics
    /// When it does not start, with what it said.
    #[must_use]
    pub fn serve(database_url: &str, arguments: &[&str]) -> Self {
        let mut command = plinth();
        command
            .args(["serve", "--bind", "127.0.0.1:0", "--log-format", "json", "--database-url", database_url])
            .env("PLINTH_JWT_SECRET", String::from_utf8_lossy(SECRET).as_ref())
            .args(arguments);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let output = child.stderr.take().expect("its log is piped");
        let (sender, log) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut process = Self { child, log, seen: Vec::new(), address: String::new() };
        let line = process.wait_for("GraphQL at http://");
        let (_, behind) = line.split_once("http://").expect("the line has an address");
        process.address = behind.split('/').next().unwrap_or_default().to_owned();
        process
    }

    /// The host and port that it listens on.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The next log line with a text in it.
    ///
    /// # Panics
    /// When none comes, with those that came.
    pub fn wait_for(&mut self, text: &str) -> String {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            match self.log.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(_) => break,
            }
        }
        panic!("the server did not say `{text}`:\n{}", self.seen.join("\n"));
    }

    /// Sends a signal, by its name: `TERM`, `INT`.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &script]).status().expect("a shell starts");
        assert!(status.success(), "the process is gone");
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// When it goes on for too long.
    pub fn ended(mut self) -> ExitStatus {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the server did not end:\n{}", self.seen.join("\n"));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
