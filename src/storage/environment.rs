//! The browser's clock and randomness.

use ruyuan_domain::Stamp;
use ruyuan_sync::environment::Environment;

/// Clock and randomness of this browser.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserEnvironment;

impl Environment for BrowserEnvironment {
    fn now(&self) -> Stamp {
        let date = js_sys::Date::new_0();
        // JavaScript counts minutes west of UTC.
        let offset = -date.get_timezone_offset();
        Stamp::from_unix_ms(date.get_time() as i64, offset as i32)
    }

    fn random(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        if getrandom::fill(&mut bytes).is_err() {
            // Every browser that runs this has crypto.getRandomValues; ids only have to be distinct.
            for byte in &mut bytes {
                *byte = (js_sys::Math::random() * 256.0) as u8;
            }
        }
        bytes
    }
}
