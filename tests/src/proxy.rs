//! A cable to the PostgreSQL server that a test can pull.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{UnixListener, UnixStream},
    task::{AbortHandle, JoinSet},
};

use crate::database::{Database, Engine};

/// The socket of a server, below the directory that its address names.
const SOCKET: &str = ".s.PGSQL.5432";

/// A socket that leads to the server of the run for as long as it is plugged in.
pub struct Cable {
    directory: TempDir,
    server: PathBuf,
    database: String,
    plugged: Mutex<Option<AbortHandle>>,
}

impl Cable {
    /// A cable to a database, plugged in.
    ///
    /// # Panics
    /// When the database is not on PostgreSQL.
    #[must_use]
    pub fn to(database: &Database) -> Self {
        assert_eq!(database.engine(), Engine::Postgres, "a file has no cable");
        let parameter = |name: &str| {
            let (_, behind) = database.url().split_once(name)?;
            behind.split('&').next()
        };
        let server = Path::new(parameter("host=").expect("the server listens on a socket")).join(SOCKET);
        let (base, _) = database.url().split_once('?').expect("the address names a socket");
        let directory =
            tempfile::Builder::new().prefix("plinth-cable-").tempdir().expect("a directory is made");
        let cable = Self { directory, server, database: base.to_owned(), plugged: Mutex::default() };
        cable.plug();
        cable
    }

    /// The address of the database at this end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}?host={}&port=5432", self.database, self.directory.path().display())
    }

    /// Lets new connections through.
    ///
    /// # Panics
    /// When the socket cannot be made.
    pub fn plug(&self) {
        let socket = UnixListener::bind(self.directory.path().join(SOCKET)).expect("a socket is made");
        let task = tokio::spawn(carry(socket, self.server.clone()));
        *self.plugged.lock().expect("no test plugs twice at once") = Some(task.abort_handle());
    }

    /// Breaks every connection and lets no new ones through.
    ///
    /// # Panics
    /// When the socket cannot be removed.
    pub fn pull(&self) {
        if let Some(task) = self.plugged.lock().expect("no test pulls twice at once").take() {
            task.abort();
            std::fs::remove_file(self.directory.path().join(SOCKET)).expect("the socket is removed");
        }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.pull();
    }
}

/// Carries bytes both ways; whatever is under way ends with it.
async fn carry(socket: UnixListener, server: PathBuf) {
    let mut connections = JoinSet::new();
    while let Ok((mut near, _)) = socket.accept().await {
        let server = server.clone();
        connections.spawn(async move {
            if let Ok(mut far) = UnixStream::connect(server).await {
                let _ = copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}
