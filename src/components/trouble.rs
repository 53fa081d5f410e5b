//! What is said when this device could not keep something: what happened, and that it is still on screen.

use crate::i18n::*;
use ruyuan_sync::{engine::EngineError, store::StoreError};

/// Why an act was not stored.
pub fn not_saved(i18n: I18n, error: &EngineError) -> &'static str {
    match error {
        EngineError::Store(StoreError::Full) => t_string!(i18n, save.full),
        EngineError::TooLarge { .. } => t_string!(i18n, save.too_large),
        _ => t_string!(i18n, save.failed),
    }
}
