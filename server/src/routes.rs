//! The table of routes. Handlers, their paths and their description stand together: OpenAPI is made from this table.

use crate::{
    app::AppState,
    assets, edge,
    handlers::{
        assignments, blobs, devices, drafts, events, health, left, openapi, reports, roster,
        session, setup, snapshots, sync,
    },
    problem::ApiError,
    roster::sheet::MOST_BYTES,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware,
    response::{IntoResponse, Response},
};
use ruyuan_domain::{consts::BLOB_CHUNK_BYTES, roster::MOST_ASSIGNED};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate, SizeAbove},
    },
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Most bytes of a push: its mutations (1 MB) with room for the envelope and for a client that counts otherwise.
const PUSH_BODY: usize = 2 * 1024 * 1024;

/// Most bytes of a list of firms: their ids, and who is to look after them.
const PICKED_BODY: usize = 40 * MOST_ASSIGNED + BODY;

/// Most bytes of any other body.
const BODY: usize = 64 * 1024;

/// Bytes of an answer that travels as it is. It fits into one packet either way, and to begin compressing costs more
/// than all else about the answer to a push.
const SMALL: u64 = 1024;

/// Every route of the API.
fn table() -> OpenApiRouter<AppState> {
    // Sessions carry secrets, so their answers are not compressed beside what a caller can choose.
    let sessions = OpenApiRouter::new()
        .routes(routes!(
            session::create_session,
            session::show_session,
            session::delete_session
        ))
        .routes(routes!(setup::create_administrator))
        .routes(routes!(health::show_health))
        .layer(DefaultBodyLimit::max(BODY));
    let administration = OpenApiRouter::new()
        .routes(routes!(devices::list_devices))
        .routes(routes!(devices::show_device))
        .routes(routes!(devices::order_wipe))
        .routes(routes!(devices::cancel_wipe))
        .layer(DefaultBodyLimit::max(BODY));
    let pulls = OpenApiRouter::new()
        .routes(routes!(sync::pull_changes))
        .routes(routes!(snapshots::show_chunk))
        .routes(routes!(events::follow_changes))
        .routes(routes!(openapi::show_openapi))
        .layer(DefaultBodyLimit::max(BODY));
    let pushes = OpenApiRouter::new()
        .routes(routes!(sync::push_mutations))
        .routes(routes!(drafts::list_drafts))
        .routes(routes!(drafts::keep_draft, drafts::show_draft))
        .routes(routes!(left::list_left_work))
        .routes(routes!(left::drop_left_work))
        .layer(DefaultBodyLimit::max(PUSH_BODY));
    let worth_it = DefaultPredicate::new().and(SizeAbove::new(SMALL));
    let synced = pulls
        .merge(pushes)
        .merge(administration)
        .layer(CompressionLayer::new().gzip(true).compress_when(worth_it));
    // Photos are compressed already, and a part is a part of what is stored.
    let blobs = OpenApiRouter::new()
        .routes(routes!(blobs::begin_blob))
        .routes(routes!(blobs::show_blob))
        .routes(routes!(blobs::put_blob_chunk))
        .routes(routes!(blobs::complete_blob))
        .layer(DefaultBodyLimit::max(BLOB_CHUNK_BYTES));
    let imports = OpenApiRouter::new()
        .routes(routes!(roster::import_firms))
        .routes(routes!(roster::report_import))
        .layer(DefaultBodyLimit::max(MOST_BYTES));
    let batches = OpenApiRouter::new()
        .routes(routes!(roster::list_batches))
        .routes(routes!(roster::undo_batch))
        .routes(routes!(assignments::list_people))
        .routes(routes!(assignments::hand_over_firms))
        .routes(routes!(reports::make_report))
        .layer(DefaultBodyLimit::max(BODY))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(assignments::assign_firms))
                .layer(DefaultBodyLimit::max(PICKED_BODY)),
        );
    OpenApiRouter::with_openapi(openapi::base())
        .merge(sessions)
        .merge(imports)
        .merge(batches)
        .merge(blobs)
        .merge(synced)
}

/// The description of the API.
pub fn description() -> OpenApi {
    openapi::with_common_problems(table().split_for_parts().1)
}

/// The API, the static client, and what surrounds both.
pub fn router(state: AppState) -> Router {
    let (routes, _) = table().split_for_parts();
    routes
        .method_not_allowed_fallback(wrong_method)
        .fallback(no_route)
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(middleware::from_fn(edge::guard))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            edge::surround,
        ))
        .with_state(state)
}

async fn wrong_method() -> ApiError {
    ApiError::MethodNotAllowed
}

async fn no_route(State(state): State<AppState>, request: Request) -> Response {
    if edge::is_api(request.uri().path()) {
        return ApiError::NotFound.into_response();
    }
    assets::answer(&state.assets, &request)
}
