//! The description of the API, made from the table of routes.

use crate::{auth::Public, body::JsonAnswer, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, PathItem, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
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

/// Adds the problems that any request of a kind may get, whatever it is about.
pub fn with_common_problems(mut api: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for item in api.paths.paths.values_mut() {
        let PathItem {
            get,
            put,
            post,
            delete,
            ..
        } = item;
        for (operation, changes) in [(get, false), (put, true), (post, true), (delete, true)] {
            if let Some(operation) = operation {
                add_common(operation, changes);
            }
        }
    }
    api
}

fn add_common(operation: &mut Operation, changes: bool) {
    let json = operation
        .request_body
        .as_ref()
        .is_some_and(|body| match body {
            RefOr::T(body) => body.content.contains_key("application/json"),
            RefOr::Ref(_) => false,
        });
    let mut common = vec![(
        "default",
        "Any other problem: `status` and `title` say which.",
    )];
    if changes {
        common.push(("403", "Another site's page asks for it."));
    }
    if json {
        common.push(("400", "The body is no JSON."));
        common.push(("413", "The body is longer than any that is right."));
        common.push(("415", "The body is not called application/json."));
        common.push((
            "422",
            "A field is missing or of another type; the path says which.",
        ));
    }
    for (status, description) in common {
        // What the route says itself is said more exactly.
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| {
                let problem = ContentBuilder::new()
                    .schema(Some(Ref::from_schema_name("Problem")))
                    .build();
                ResponseBuilder::new()
                    .description(description)
                    .content("application/problem+json", problem)
                    .build()
                    .into()
            });
    }
}

/// The description of this API.
#[utoipa::path(
    get, path = "/api/openapi.json", operation_id = "show_openapi", tag = "description",
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json")),
)]
pub async fn show_openapi(_: Public) -> JsonAnswer<utoipa::openapi::OpenApi> {
    JsonAnswer(routes::description())
}
