//! PostgreSQL for tests: one of its own for each test program, a fresh database for each test.

use super::cluster::{Cluster, Keep, Programs, bin_folder};
use std::{
    env,
    io::{self, Write},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};
use tempfile::TempDir;

/// Set where PostgreSQL cannot be had: its tests then say that they were left out, and pass.
pub const WITHOUT: &str = "RUYUAN_WITHOUT_POSTGRES";

/// Makes every [`super::TestApp`] stand on PostgreSQL, if it is `postgres`.
pub const STORE: &str = "RUYUAN_TEST_STORE";

/// The URL of an empty database in this program's own PostgreSQL; `None` where there is none and [`WITHOUT`] says
/// that this is known.
///
/// # Panics
/// There is none and nobody said so, or it does not start.
pub fn database() -> Option<String> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = SHARED.get_or_init(|| start(Keep::Nothing)).as_ref()?;
    let name = format!("test{}", NEXT.fetch_add(1, Ordering::SeqCst));
    cluster.make_database(&name).unwrap();
    Some(cluster.url(&name))
}

/// Starts a PostgreSQL that ends with this process.
///
/// # Panics
/// As [`database`].
pub fn start(keep: Keep) -> Option<Cluster> {
    let Some(bin) = bin_folder() else {
        let known = env::var_os(WITHOUT).is_some_and(|value| !value.is_empty());
        assert!(
            known,
            "PostgreSQL is not on this machine, so its store cannot be tested.\n  \
             mend it with: sudo apt-get install postgresql, or set POSTGRES_BIN to the folder of its programs.\n  \
             To leave these tests out, and know it: {WITHOUT}=1"
        );
        // Past the capture of a test's output: who runs the tests must see it.
        let _ = writeln!(
            io::stderr(),
            "LEFT OUT: a test of the PostgreSQL store, because PostgreSQL is not on this machine"
        );
        return None;
    };
    let programs = Programs::in_folder(bin).unwrap();
    let folder = TempDir::with_prefix("ruyuan-postgres-").unwrap().keep();
    Some(Cluster::start(programs, &folder, keep).unwrap())
}
