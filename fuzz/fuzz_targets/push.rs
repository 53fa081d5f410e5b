//! Pushes through the real router: none is a failure of the server, and each is answered as promised.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ruyuan_server::testing::promises::survive_pushes;

fuzz_target!(|input: &[u8]| {
    ruyuan_fuzz::run(input, "/api/sync/push", survive_pushes);
});
