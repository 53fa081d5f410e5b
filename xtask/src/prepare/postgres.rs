//! PostgreSQL, for the tests of the server's store and for `run --postgres`: Debian's package, of
//! which only the programs are used. Nothing of its own database is touched.

use std::path::PathBuf;

use anyhow::Result;

use super::debian;
use crate::process::mend;

// The same code that starts the databases of the server's tests.
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../../../server/src/testing/cluster.rs"]
mod cluster;

pub use cluster::{Cluster, Keep, Programs};

const MEND: &str =
    "sudo apt-get install postgresql, or set POSTGRES_BIN to the folder of its programs";

/// Whether PostgreSQL's programs are on this machine.
pub fn is_there() -> bool {
    cluster::bin_folder().is_some()
}

/// The folder of PostgreSQL's programs; installs them where that needs no question.
pub fn programs() -> Result<PathBuf> {
    if !is_there() && debian::can_install() {
        debian::install("PostgreSQL from Debian: about 1 minute", &["postgresql"])?;
    }
    cluster::bin_folder().ok_or_else(|| mend("PostgreSQL is missing", MEND))
}

/// What a run without PostgreSQL has to say, loudly.
pub fn left_out() -> String {
    format!("every test on PostgreSQL, which is not on this machine; mend it with: {MEND}")
}
