//! Reading a JSON body so that every way in which it can be wrong has its own answer, with the field's path.

use crate::problem::ApiError;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{StatusCode, header},
    response::IntoResponse,
};
use ruyuan_domain::wire::FieldProblemView;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// A JSON body of this shape.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let media_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        // A form or a script of another site cannot send this type without asking first.
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::NotJsonType);
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| unreadable(&rejection))?;
        parse(&bytes).map(Self)
    }
}

fn unreadable(rejection: &BytesRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::NotJson("the body ended too early".to_owned()),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let read = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => wrong_field::<T>(bytes, &error),
        Category::Io | Category::Syntax | Category::Eof => ApiError::NotJson(error.to_string()),
    })?;
    // What serde derives also takes a list of the members, whose meaning would change with their order here.
    if bytes.trim_ascii_start().starts_with(b"{") {
        Ok(read)
    } else {
        Err(ApiError::field("", "expected an object"))
    }
}

/// Reads again, slower, to learn where the wrong value stands.
fn wrong_field<T: DeserializeOwned>(bytes: &[u8], first: &serde_json::Error) -> ApiError {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let found = serde_path_to_error::deserialize::<_, T>(&mut reader).err();
    let (path, message) = found.map_or_else(
        || (String::new(), first.to_string()),
        |error| (error.path().to_string(), error.inner().to_string()),
    );
    ApiError::Invalid(vec![FieldProblemView { path, message }])
}

/// A JSON answer.
pub struct JsonAnswer<T>(pub T);

impl<T: serde::Serialize> IntoResponse for JsonAnswer<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::wire::{PullRequest, PushRequest};

    #[test]
    fn a_wrong_value_is_named_by_its_path() {
        let body = br#"{"device":"0190f3a0-0000-7000-8000-000000000001","cursors":{"city":"x"},"limit":1}"#;
        let Err(ApiError::Invalid(errors)) = parse::<PullRequest>(body) else {
            panic!("accepted")
        };
        assert_eq!(errors[0].path, "cursors.city");
    }

    #[test]
    fn broken_json_and_a_wrong_shape_are_two_things() {
        assert!(matches!(
            parse::<PushRequest>(b"{\"device\":"),
            Err(ApiError::NotJson(_))
        ));
        assert!(matches!(
            parse::<PushRequest>(b"{\"device\":7}"),
            Err(ApiError::Invalid(_))
        ));
        assert!(matches!(
            parse::<PushRequest>(b""),
            Err(ApiError::NotJson(_))
        ));
    }
}
