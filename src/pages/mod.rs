//! One file for each screen.

pub mod broken;
pub mod conflict;
pub mod device;
pub mod devices;
pub mod enterprise;
pub mod enterprise_edit;
pub mod enterprises;
pub mod me;
pub mod not_found;
pub mod recovered;
pub mod setup;
pub mod sign_in;
pub mod today;
pub mod uploads;
mod uploads_photos;
pub mod visit;
pub mod visit_fill;
pub mod visit_new;
pub mod visit_review;
pub mod visits;
