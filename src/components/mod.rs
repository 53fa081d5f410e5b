//! Shared pieces of screens.

pub mod confirm;
pub mod copy;
pub mod dialog;
pub mod document;
pub mod empty;
pub mod form;
pub mod form_page;
pub mod format;
pub mod icon;
pub mod issue_row;
pub mod keeping_notices;
pub mod page;
pub mod photo;
pub mod pull;
pub mod rows;
pub mod segments;
pub mod status_line;
pub mod storage_meter;
pub mod sync_mark;
pub mod trouble;
pub mod virtual_list;
pub mod when;
