//! Numbers with a shape: unified social credit codes, patent numbers, mobile numbers.
//!
//! A wrong shape is an error; a failed check digit only warns, because some early, lawful codes fail it.

mod credit_code;
mod mobile;
mod patent;

pub use credit_code::{CheckDigit, check_credit_code, credit_code_check_digit};
pub use mobile::is_mobile_number;
pub use patent::check_patent_number;
