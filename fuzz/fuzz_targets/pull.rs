//! Pulls through the real router: none is a failure of the server, and none shows what is not one's own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ruyuan_server::testing::promises::survive_pulls;

fuzz_target!(|input: &[u8]| {
    ruyuan_fuzz::run(input, "/api/sync/pull", survive_pulls);
});
