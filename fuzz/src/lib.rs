//! What the targets share: one server for many inputs, and the choice between a body as it is and a told story.

use ruyuan_server::testing::{
    TestApp,
    dice::Salt,
    promises::{Cast, survive_bytes},
};
use std::cell::RefCell;
use tokio::runtime::{Builder, Runtime};

/// Inputs for one server. A new one for each would be most of the work; one for all would grow slower and slower.
const INPUTS: u64 = 25;

/// How ids in the seeds begin. They are made new for each input, so that inputs on one server do not meet.
const ID: &[u8] = b"0190f3a0";

struct Stage {
    runtime: Runtime,
    app: TestApp,
    cast: Cast,
    inputs: u64,
}

impl Stage {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let (app, cast) = runtime.block_on(async {
            let app = TestApp::new().await;
            let cast = Cast::of(&app).await;
            (app, cast)
        });
        Self {
            runtime,
            app,
            cast,
            inputs: 0,
        }
    }
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// Runs one input: what begins like JSON is a body, anything else tells a story.
pub fn run(input: &[u8], path: &str, story: impl AsyncFn(&TestApp, &Cast, Salt, &[u8])) {
    STAGE.with_borrow_mut(|stage| {
        if stage.as_ref().is_some_and(|stage| stage.inputs == INPUTS) {
            *stage = None;
        }
        let stage = stage.get_or_insert_with(Stage::new);
        stage.inputs += 1;
        let (app, cast) = (&stage.app, &stage.cast);
        stage.runtime.block_on(async {
            if input.starts_with(b"{") {
                let body = with_new_ids(input, stage.inputs);
                survive_bytes(app, cast.first(), path, &body).await;
            } else {
                story(app, cast, Salt(stage.inputs), input).await;
            }
        });
    });
}

fn with_new_ids(body: &[u8], number: u64) -> Vec<u8> {
    let new = format!("{number:08x}");
    let mut body = body.to_vec();
    let ids: Vec<usize> = body
        .windows(ID.len())
        .enumerate()
        .filter(|(_, window)| *window == ID)
        .map(|(at, _)| at)
        .collect();
    for at in ids {
        body[at..at + ID.len()].copy_from_slice(new.as_bytes());
    }
    body
}
