//! Where things are: the repository, cargo's target folder, and the cache of tools.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders every task works in.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    cache: PathBuf,
}

impl Workspace {
    /// Finds the repository this tool belongs to, and its cache.
    pub fn locate() -> Result<Self> {
        // At run time, so that a repository that was moved still finds itself.
        let manifest_folder = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_folder
            .parent()
            .context("the folder xtask/ has no parent")?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self {
            cache: cache_folder()?,
            target,
            root,
        })
    }

    /// A path inside the repository.
    pub fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// The top of the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The built client.
    pub fn dist(&self) -> PathBuf {
        self.path("dist")
    }

    /// The server as cargo's release profile leaves it.
    pub fn server_binary(&self) -> PathBuf {
        let name = format!("ruyuan-server{}", env::consts::EXE_SUFFIX);
        self.target.join("release").join(name)
    }

    /// Where one version of a tool lives. Versions stand side by side, so that changing branches
    /// does not compile a tool again.
    pub fn tool_folder(&self, name: &str, version: &str) -> PathBuf {
        self.cache.join("tools").join(format!("{name}-{version}"))
    }
}

fn cache_folder() -> Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = set("RUYUAN_CACHE") {
        return std::path::absolute(folder).context("RUYUAN_CACHE is not a usable path");
    }
    if let Some(folder) = set("XDG_CACHE_HOME") {
        return Ok(PathBuf::from(folder).join("ruyuan"));
    }
    let home = env::home_dir().context(
        "there is no home folder to keep tools in\n  mend it with: export RUYUAN_CACHE=/some/folder",
    )?;
    Ok(home.join(".cache").join("ruyuan"))
}
