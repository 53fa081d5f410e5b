//! The description of the API, made from the table of routes.

use crate::{auth::Public, body::JsonAnswer, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, SecurityScheme},
};

/// Name of the security scheme: the session's cookie.
const SESSION: &str = "session";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ruyuan",
        description = "Sessions, push and pull. Errors are application/problem+json (RFC 9457); `retry` says \
            whether the same request may succeed later. A request never stores a part of itself: a broken \
            mutation inside a good push is kept and quarantined, everything else is all or nothing.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    modifiers(&SessionCookie),
)]
struct Base;

struct SessionCookie;

impl Modify for SessionCookie {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::auth::session::COOKIE));
        let components = api.components.get_or_insert_default();
        components.add_security_scheme(SESSION, SecurityScheme::ApiKey(cookie));
    }
}

/// The description before the routes are added.
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// The description of this API.
#[utoipa::path(
    get, path = "/api/openapi.json", operation_id = "show_openapi", tag = "description",
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json")),
)]
pub async fn show_openapi(_: Public) -> JsonAnswer<utoipa::openapi::OpenApi> {
    JsonAnswer(routes::description())
}
