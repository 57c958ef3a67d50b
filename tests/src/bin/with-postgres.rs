//! `with-postgres COMMAND…` runs a command beside a PostgreSQL server of its own.
//!
//! The server lives in a fresh temporary directory, answers on a private socket in it and nowhere else,
//! and is gone with its directory when the command ends, however it ends. The command finds it by
//! `PLINTH_TEST_POSTGRES_URL`. Speed is bought with durability: the data never survives the run.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io,
    os::unix::{
        fs::{MetadataExt, chown},
        process::{CommandExt, ExitStatusExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use tokio::signal::unix::{Signal, SignalKind, signal};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const URL_VARIABLE: &str = "PLINTH_TEST_POSTGRES_URL";
const DIRECTORY_PREFIX: &str = "plinth-postgres-";
/// Held locked for as long as its run lives: the kernel lets go of it even when the run is killed.
const LOCK_FILE: &str = "in-use";
const DATABASE_USER: &str = "plinth";
const PORT: u16 = 5432;
/// What fits into the address of a Unix socket on every system, less the socket's own name.
const SOCKET_DIRECTORY_MAX_BYTES: usize = 80;
const START_MAX: Duration = Duration::from_secs(60);
/// How long a command that was asked to end may take to do so.
const GRACE: Duration = Duration::from_secs(10);

const SERVER_SETTINGS: [&str; 8] = [
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=128MB",
    "autovacuum_naptime=1h",
    "log_min_messages=warning",
];

fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("with-postgres: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that the arguments name and returns its exit code, 128 plus the signal when a signal
/// ended it.
fn run() -> Result<u8> {
    let mut words = env::args_os().skip(1).skip_while(|word| word == "--");
    let program = words.next().ok_or("usage: with-postgres [--] COMMAND [ARGUMENT]…")?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before the server starts: a signal that comes while it does must not kill us and leave it behind.
        let mut signals = Signals::listen()?;
        let programs = Programs::find()?;
        remove_leftovers(&programs);
        let cluster = Cluster::start(programs)?;

        let mut command = Command::new(&program);
        command.args(words).env(URL_VARIABLE, cluster.url());
        let command =
            command.spawn().map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        supervise(command, &mut signals).await
    })
}

/// Waits for the command, passing on the signals that ask it to end.
async fn supervise(mut command: Child, signals: &mut Signals) -> Result<u8> {
    let pid = command.id();
    let mut waiting = tokio::task::spawn_blocking(move || command.wait());

    let first = tokio::select! {
        status = &mut waiting => return Ok(exit_code(status??)),
        number = signals.next() => number,
    };
    send_signal(first, pid);
    tokio::select! {
        _ = &mut waiting => {}
        () = tokio::time::sleep(GRACE) => send_signal("KILL", pid),
        _ = signals.next() => send_signal("KILL", pid),
    }
    Ok(128 + signal_number(first))
}

/// The signals by which a person or a system asks a program to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "INT",
            _ = self.terminate.recv() => "TERM",
            _ = self.hang_up.recv() => "HUP",
        }
    }
}

fn signal_number(name: &str) -> u8 {
    match name {
        "HUP" => 1,
        "INT" => 2,
        _ => 15,
    }
}

fn send_signal(name: &str, pid: u32) {
    // The shell's own `kill`: always there, and without unsafe code.
    let script = format!("kill -{name} {pid} 2>/dev/null");
    if let Err(error) = Command::new("sh").args(["-c", &script]).status() {
        eprintln!("with-postgres: cannot signal process {pid}: {error}");
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(code).unwrap_or(1)
}

/// The programs of an installed PostgreSQL server, and the user to run them as.
struct Programs {
    directory: PathBuf,
    /// User and group to become; none when we are not root, as whom PostgreSQL refuses to run.
    unprivileged: Option<(u32, u32)>,
}

impl Programs {
    fn find() -> Result<Self> {
        let on_path = env::var_os("PATH").map(|paths| env::split_paths(&paths).collect()).unwrap_or_default();
        let candidates: Vec<PathBuf> = [on_path, packaged_directories()].concat();
        let directory = candidates
            .into_iter()
            .find(|directory| {
                ["initdb", "postgres", "pg_ctl"].iter().all(|name| directory.join(name).is_file())
            })
            .ok_or("found no PostgreSQL server in PATH or /usr/lib/postgresql/*/bin; run make setup")?;

        let unprivileged = if account("-u", None)? == 0 { Some(unprivileged_account()?) } else { None };
        Ok(Self { directory, unprivileged })
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.directory.join(name));
        if let Some((user, group)) = self.unprivileged {
            command.uid(user).gid(group);
        }
        // Its own group, so that Ctrl-C at a terminal ends the command first and the server after it.
        command.process_group(0).stdin(Stdio::null()).current_dir("/");
        command
    }
}

/// Where Debian and its kin put the server, newest version first.
fn packaged_directories() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| {
        let version = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    versions.into_iter().map(|path| path.join("bin")).collect()
}

fn unprivileged_account() -> Result<(u32, u32)> {
    for name in ["postgres", "nobody"] {
        if let (Ok(user), Ok(group)) = (account("-u", Some(name)), account("-g", Some(name))) {
            return Ok((user, group));
        }
    }
    Err("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as".into())
}

/// Asks `id` for the number of a user (`-u`) or of its group (`-g`); without a name, for our own.
fn account(flag: &str, name: Option<&str>) -> Result<u32> {
    let output = Command::new("id").arg(flag).args(name).stderr(Stdio::null()).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// A running server, stopped and removed when dropped.
struct Cluster {
    programs: Programs,
    directory: PathBuf,
    server: Option<Child>,
    _lock: File,
}

impl Cluster {
    fn start(programs: Programs) -> Result<Self> {
        let (directory, lock) = make_directory(&programs)?;
        let mut cluster = Self { programs, directory, server: None, _lock: lock };
        cluster.initialise()?;
        cluster.launch()?;
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// The address of the maintenance database, through the socket.
    fn url(&self) -> String {
        let socket = self.directory.display();
        format!("postgres://{DATABASE_USER}@localhost/postgres?host={socket}&port={PORT}")
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    fn initialise(&self) -> Result<()> {
        let output = self
            .programs
            .command("initdb")
            .args(["--auth-local=trust", "--auth-host=reject", "--no-sync", "--no-instructions"])
            // Text sorts by code point, as it does in SQLite: one expectation serves both engines.
            .args(["--encoding=UTF8", "--locale=C.UTF-8"])
            .arg(format!("--username={DATABASE_USER}"))
            .arg(self.data())
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("initdb failed: {}", String::from_utf8_lossy(&output.stderr)).into())
    }

    fn launch(&mut self) -> Result<()> {
        let log = File::create(self.log())?;
        let mut server = self.programs.command("postgres");
        server.arg("-D").arg(self.data()).arg("-k").arg(&self.directory).args(["-p", &PORT.to_string()]);
        for setting in SERVER_SETTINGS {
            server.args(["-c", setting]);
        }
        self.server = Some(server.stdout(log.try_clone()?).stderr(log).spawn()?);
        Ok(())
    }

    /// Waits for the word that the server writes into its pid file, on the eighth line, once it answers.
    fn wait_until_ready(&mut self) -> Result<()> {
        let pid_file = self.data().join("postmaster.pid");
        let started = Instant::now();
        while started.elapsed() < START_MAX {
            let status = fs::read_to_string(&pid_file).unwrap_or_default();
            if status.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            if let Some(server) = &mut self.server
                && server.try_wait()?.is_some()
            {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        Err(format!("the PostgreSQL server did not start:\n{log}").into())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            stop_server(&self.programs, &self.directory);
            if server.try_wait().is_ok_and(|status| status.is_none()) {
                // Either it is about to end, or it does not listen any more; both end here.
                thread::sleep(Duration::from_millis(100));
                let _ = server.kill();
            }
            let _ = server.wait();
        }
        remove_directory(&self.directory);
    }
}

/// Makes a directory that belongs to the server's user and to this run.
fn make_directory(programs: &Programs) -> Result<(PathBuf, File)> {
    let directory = tempfile::Builder::new().prefix(DIRECTORY_PREFIX).tempdir()?.keep();
    if directory.as_os_str().len() > SOCKET_DIRECTORY_MAX_BYTES {
        let path = directory.display().to_string();
        fs::remove_dir(&directory)?;
        return Err(format!("{path} is too long a path for a socket; set TMPDIR to a shorter one").into());
    }
    // Locked before it gets its name, so that no other run can take it for a leftover in between.
    let unnamed = directory.join("lock");
    let lock = File::create(&unnamed)?;
    lock.lock()?;
    fs::rename(unnamed, directory.join(LOCK_FILE))?;

    if let Some((user, group)) = programs.unprivileged {
        chown(&directory, Some(user), Some(group))?;
    }
    Ok((directory, lock))
}

/// Removes what runs that were killed have left behind: servers still up and their directories.
fn remove_leftovers(programs: &Programs) {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        let directory = entry.path();
        let named_so = entry.file_name().to_str().is_some_and(|name| name.starts_with(DIRECTORY_PREFIX));
        if named_so && is_leftover(&directory, programs) {
            stop_server(programs, &directory);
            remove_directory(&directory);
        }
    }
}

/// Whether the directory belongs to the user our servers run as, and to no living run.
fn is_leftover(directory: &Path, programs: &Programs) -> bool {
    let (Ok(metadata), Ok(ours)) = (fs::symlink_metadata(directory), account("-u", None)) else {
        return false;
    };
    let owner = programs.unprivileged.map_or(ours, |(user, _)| user);
    let owned = metadata.is_dir() && metadata.uid() == owner;
    owned && File::open(directory.join(LOCK_FILE)).is_ok_and(|lock| lock.try_lock().is_ok())
}

/// Stops the server at once, without saving anything.
fn stop_server(programs: &Programs, directory: &Path) {
    let _ = programs
        .command("pg_ctl")
        .args(["stop", "--silent", "--mode=immediate", "--timeout=10", "--pgdata"])
        .arg(directory.join("data"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn remove_directory(directory: &Path) {
    // Another run may have found the same leftover and be quicker.
    if let Err(error) = fs::remove_dir_all(directory)
        && error.kind() != io::ErrorKind::NotFound
    {
        eprintln!("with-postgres: cannot remove {}: {error}", directory.display());
    }
}
