//! Devices for administrators: how they stand, and the order to wipe a lost one.

use crate::{
    app::AppState,
    auth::Administrator,
    body::{JsonAnswer, JsonBody},
    devices,
    problem::ApiError,
    schemas,
    store::{WipeOrder, WriteTx},
};
use axum::{
    extract::{Path, State},
    http::Uri,
};
use ruyuan_domain::{
    DeviceId,
    device::{DeviceView, DevicesPage, WipeRequest},
};

/// Most letters of a reason.
const REASON: usize = 200;

/// Lists devices, those with problems first.
#[utoipa::path(
    get, path = "/api/admin/devices", operation_id = "list_devices", tag = "administration",
    security(("session" = [])),
    params(("skip" = Option<u32>, Query, description = "How many devices to leave out: those of the pages before.")),
    responses(
        (status = 200, description = "Fifty devices at most.", body = schemas::DevicesPage),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "`skip` is no number.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_devices(
    Administrator(_): Administrator,
    State(state): State<AppState>,
    uri: Uri,
) -> Result<JsonAnswer<DevicesPage>, ApiError> {
    let skip = skipped(&uri)?;
    let mut tx = state.store.begin_read().await?;
    let page = devices::page(tx.as_mut(), skip, state.clock.unix_ms()).await?;
    Ok(JsonAnswer(page))
}

/// Shows one device.
#[utoipa::path(
    get, path = "/api/admin/devices/{id}", operation_id = "show_device", tag = "administration",
    security(("session" = [])),
    params(("id" = String, Path, description = "The device's id.")),
    responses(
        (status = 200, description = "How it stands.", body = schemas::DeviceView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none of this id.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show_device(
    Administrator(_): Administrator,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<DeviceView>, ApiError> {
    let id = device(&id)?;
    let mut tx = state.store.begin_read().await?;
    let view = devices::one(tx.as_mut(), id, state.clock.unix_ms()).await?;
    Ok(JsonAnswer(view))
}

/// Orders a device wiped at its next contact. What it could not send until then is lost.
///
/// Ordered again, the first order stands.
#[utoipa::path(
    post, path = "/api/admin/devices/{id}/wipe", operation_id = "order_wipe", tag = "administration",
    security(("session" = [])),
    params(("id" = String, Path, description = "The device's id.")),
    request_body = schemas::WipeRequest,
    responses(
        (status = 200, description = "The device with the order.", body = schemas::DeviceView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none of this id.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is wiped already.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "The reason is missing or too long.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn order_wipe(
    Administrator(access): Administrator,
    State(state): State<AppState>,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<WipeRequest>,
) -> Result<JsonAnswer<DeviceView>, ApiError> {
    let id = device(&id)?;
    let reason = request.reason.trim();
    let letters = reason.chars().count();
    if letters == 0 || letters > REASON || reason.contains('\0') {
        return Err(ApiError::field("reason", "1 to 200 letters"));
    }
    let now_ms = state.clock.unix_ms();
    let order = WipeOrder {
        at_ms: now_ms,
        by: access.user,
        reason: reason.to_owned(),
    };
    let mut tx = state.store.begin_write().await?;
    let stands = devices::one(tx.as_mut(), id, now_ms).await?.wipe;
    if stands.is_none_or(|wipe| wipe.done.is_some()) {
        change(tx.as_mut(), id, Some(&order)).await?;
    }
    let view = devices::one(tx.as_mut(), id, now_ms).await?;
    tx.commit().await?;
    tracing::info!(device = %id, by = %access.user, "ordered wiped");
    Ok(JsonAnswer(view))
}

/// Takes the order back, as long as the device has not obeyed it.
#[utoipa::path(
    delete, path = "/api/admin/devices/{id}/wipe", operation_id = "cancel_wipe", tag = "administration",
    security(("session" = [])),
    params(("id" = String, Path, description = "The device's id.")),
    responses(
        (status = 200, description = "The device without an order.", body = schemas::DeviceView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none of this id.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is wiped already.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn cancel_wipe(
    Administrator(access): Administrator,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<DeviceView>, ApiError> {
    let id = device(&id)?;
    let now_ms = state.clock.unix_ms();
    let mut tx = state.store.begin_write().await?;
    devices::one(tx.as_mut(), id, now_ms).await?;
    change(tx.as_mut(), id, None).await?;
    let view = devices::one(tx.as_mut(), id, now_ms).await?;
    tx.commit().await?;
    tracing::info!(device = %id, by = %access.user, "order to wipe taken back");
    Ok(JsonAnswer(view))
}

/// The number after `skip=`, 0 without it.
fn skipped(uri: &Uri) -> Result<usize, ApiError> {
    let mut pairs = uri.query().unwrap_or_default().split('&');
    let Some(number) = pairs.find_map(|pair| pair.strip_prefix("skip=")) else {
        return Ok(0);
    };
    number
        .parse()
        .map_err(|_| ApiError::field("skip", "expected a number"))
}

fn device(id: &str) -> Result<DeviceId, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound)
}

async fn change(
    tx: &mut dyn WriteTx,
    id: DeviceId,
    order: Option<&WipeOrder>,
) -> Result<(), ApiError> {
    match tx.order_wipe(id, order).await? {
        true => Ok(()),
        false => Err(ApiError::WipedAlready),
    }
}
