//! A person leaves: their grants end now. Their phones lose what they may not see any more at their next contact, and
//! may still send what they hold.

use crate::{
    auth::access::AFTER_LEAVING_MS,
    clock::{CHINA_MINUTES, Clock},
    config::LeaveOptions,
    handlers::session::account_name,
    start::{DATABASE, Home, StartError},
    store::StoreError,
};
use ruyuan_domain::Stamp;
use std::fmt;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// There is no database.
    #[error("there is no data in {0}; name its folder with --data or its database with --database")]
    NoData(String),
    /// Nobody has this name.
    #[error("there is no account {0}; nothing is changed")]
    NoAccount(String),
    /// Then nobody could administer the server any more.
    #[error(
        "nobody but {0} administers this server; make another administrator first, nothing is changed"
    )]
    LastAdministrator(String),
    /// The database cannot be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database failed.
    #[error("{0}; nothing is changed, try again")]
    Store(#[from] StoreError),
}

/// What was done.
#[derive(Debug)]
pub struct Left {
    user_name: String,
    display_name: String,
    ended: u64,
    until: Stamp,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            user_name,
            display_name,
            ended,
            until,
        } = self;
        writeln!(f, "{user_name} ({display_name}): {ended} grants ended")?;
        write!(
            f,
            "their phones give up the firms' data at their next contact; what they hold unsent is taken until {}",
            until.iso_date()
        )
    }
}

/// Ends every grant of a person, beside a server that runs or not.
///
/// # Errors
/// No such account, no database, or one that cannot be written.
pub async fn leave(options: &LeaveOptions, clock: &dyn Clock) -> Result<Left, LeaveError> {
    let home = Home::of(&options.data, options.database.as_deref())?;
    // A restore must not begin while this writes.
    let _lock = match &home {
        Home::Folder(folder) if !folder.join(DATABASE).is_file() => {
            return Err(LeaveError::NoData(folder.display().to_string()));
        }
        _ => home.hold()?,
    };
    let store = home.open(clock).await?;
    let account = store.account_named(&account_name(&options.user)).await?;
    let account = account.ok_or_else(|| LeaveError::NoAccount(options.user.clone()))?;
    let now_ms = clock.unix_ms();
    if store.administrators(now_ms).await? == [account.user] {
        return Err(LeaveError::LastAdministrator(options.user.clone()));
    }
    let ended = store.end_grants(account.user, now_ms).await?;
    Ok(Left {
        user_name: account.user_name,
        display_name: account.display_name,
        ended,
        until: Stamp::from_unix_ms(now_ms + AFTER_LEAVING_MS, CHINA_MINUTES),
    })
}
