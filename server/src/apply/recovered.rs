//! Recovered rows whose writer has sent the edit itself: nothing was lost, so nobody need look at them any more.

use super::{Push, envelope::Entry};
use crate::{problem::ApiError, store::Outcome};
use ruyuan_domain::{Record, consts::field};

impl Push<'_> {
    /// Closes the recovered rows that an act has brought back; all of it was applied.
    pub async fn close_recovered(
        &mut self,
        act: &[Entry],
        outcomes: &[Outcome],
    ) -> Result<(), ApiError> {
        let author = self.access.user.to_string();
        for (entry, outcome) in act.iter().zip(outcomes) {
            let Ok(edit) = entry.read.as_ref() else {
                continue;
            };
            let returned = |row: &Record| {
                row.text(field::RECOVERED_RECORD) == edit.record.to_string()
                    && row.text(field::RECOVERED_BY) == author
                    && row.text(field::RECOVERED_AT) == edit.at.to_string()
                    // Another scope may not be locked; there its manager still sees the row.
                    && outcome.scope.as_ref() == Some(&row.scope)
            };
            while let Some(at) = self.recovered.iter().position(returned) {
                let row = self.recovered.swap_remove(at);
                let closed = Record {
                    version: row.version + 1,
                    deleted: true,
                    by: self.access.user,
                    at: edit.at,
                    ..row.clone()
                };
                self.replace(Some(&row), closed).await?;
            }
        }
        Ok(())
    }
}
