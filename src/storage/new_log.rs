//! A fresh beginning of the file that Chromium appends IndexedDB's writes to.

use indexed_db_futures::database::Database;

/// A database that is made to be deleted.
const NAME: &str = "ruyuan-new-log";

/// Has Chromium begin a new log file for IndexedDB.
///
/// A browser that is killed in the middle of a write leaves half a record at the end of its log. The next start ignores
/// it and appends behind it; the start after that takes the whole for corrupt, and deletes every database of the site
/// without a word, whatever was written strictly. Deleting a database, however small, makes it write what it has read
/// into a table of its own and begin a new log, so that nothing ever stands behind the half record. In other browsers
/// it does nothing.
pub async fn begin_new_log() {
    // What fails here fails in the local log too, where it is said.
    if let Ok(opening) = Database::open(NAME).await {
        opening.close();
    }
    if let Ok(deleting) = Database::delete_by_name(NAME) {
        drop(deleting.await);
    }
}
