//! The processes that are measured.

use std::{
    env, fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use super::SECRET;

/// Ticks of the processor clock in a second, on every Linux that matters.
const TICKS: f64 = 100.0;

/// A server that is stopped when it is dropped.
pub struct Running {
    child: Child,
    port: u16,
}

impl Running {
    /// `plinth serve`.
    pub fn plinth(url: &str, port: u16) -> Self {
        let mut command = Command::new(beside("plinth"));
        command.args(["serve", "--log", "warn", "--timeout-seconds", "600"]);
        command.args(["--bind", &format!("127.0.0.1:{port}")]);
        Self::start(settings(&mut command, url), port)
    }

    /// The bare handler.
    pub fn yardstick(url: &str, port: u16) -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args(["yardstick", url, &port.to_string()]);
        Self::start(&mut command, port)
    }

    fn start(command: &mut Command, port: u16) -> Self {
        let child =
            command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("the server starts");
        Self { child, port }
    }

    /// An address on the server.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Waits until a path answers with success.
    pub async fn wait(&self, client: &reqwest::Client, path: &str) {
        for _ in 0..2_000 {
            if let Ok(answer) = client.get(self.address(path)).send().await
                && answer.status().is_success()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the server does not become ready");
    }

    /// Processor seconds so far.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.child.id())
    }

    /// Memory in use, in megabytes.
    pub fn resident_megabytes(&self) -> u64 {
        self.megabytes("VmRSS:")
    }

    /// The most memory that was in use at any moment, in megabytes.
    pub fn peak_megabytes(&self) -> u64 {
        self.megabytes("VmHWM:")
    }

    fn megabytes(&self, what: &str) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the state of the server");
        let line = status.lines().find_map(|line| line.strip_prefix(what)).expect("its memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `plinth` to its end.
pub fn plinth(arguments: &[&str], url: &str) -> Output {
    let mut command = Command::new(beside("plinth"));
    settings(command.args(arguments), url).output().expect("plinth runs")
}

/// Processor seconds of a process so far; none for one that is gone.
pub fn cpu_seconds(process: u32) -> f64 {
    let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { return 0.0 };
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th fields behind it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS
}

/// A port that nothing listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("its number").port()
}

fn settings<'a>(command: &'a mut Command, url: &str) -> &'a mut Command {
    command.env("PLINTH_DATABASE_URL", url).env("PLINTH_JWT_SECRET", SECRET)
}

fn beside(name: &str) -> PathBuf {
    env::current_exe().expect("this program").with_file_name(name)
}
