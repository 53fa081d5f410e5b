//! Errors at the HTTP edge: one enum, written as `application/problem+json` (RFC 9457).

use crate::{secret::NoRandomness, store::StoreError};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ruyuan_domain::wire::{FieldProblemView, Problem};

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The body is no JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// The body is JSON of another shape.
    #[error("a field of the request is wrong")]
    Invalid(Vec<FieldProblemView>),
    /// The body is larger than the route takes.
    #[error("the body is too large")]
    TooLarge,
    /// The body's media type is not JSON.
    #[error("the body must be application/json")]
    NotJsonType,
    /// No session.
    #[error("not signed in")]
    NotSignedIn,
    /// The user name or the password is wrong; which of them is not said.
    #[error("wrong user name or password")]
    WrongPassword,
    /// The person's last grant ended so long ago that not even their unsent work is taken any more.
    #[error("the account has ended")]
    AccountEnded,
    /// Too many failed sign-ins of this name.
    #[error("too many failed sign-ins")]
    TooManyAttempts {
        /// When to come again.
        seconds: u64,
    },
    /// The request was made by another site's page.
    #[error("the request comes from another site")]
    ForeignSite,
    /// Only administrators may do this.
    #[error("only an administrator may do this")]
    NotAdministrator,
    /// Only who manages a park may do this.
    #[error("only a manager may do this")]
    NotManager,
    /// The device was wiped before this.
    #[error("the device is wiped already")]
    WipedAlready,
    /// The device id belongs to somebody else's device.
    #[error("the device belongs to another person")]
    DeviceOfAnotherPerson,
    /// The set-up link is unknown, spent or too old.
    #[error("no such set-up link")]
    NoSuchSetupLink,
    /// The client writes a newer form of the messages than this server reads.
    #[error("the client is newer than the server")]
    SchemaTooNew,
    /// Nothing is at this path.
    #[error("no such path")]
    NotFound,
    /// There is no attachment of this id that the caller may send: its record may still be on its way.
    #[error("no such attachment to send")]
    NoSuchAttachment,
    /// The attachment's record was deleted.
    #[error("the attachment was deleted")]
    AttachmentDeleted,
    /// The attachment's record is there, and not all of its bytes.
    #[error("the attachment is not uploaded yet")]
    NotUploaded,
    /// There is no chunk of this number and length.
    #[error("no chunk of this number has this length")]
    WrongChunk,
    /// Chunks are missing.
    #[error("{0} chunks are missing")]
    ChunksMissing(usize),
    /// The bytes are not those that the attachment's record names.
    #[error("the bytes are not those that the record names")]
    HashDiffers,
    /// None of the bytes that were asked for.
    #[error("no such bytes")]
    NoSuchBytes {
        /// How many there are.
        size: u64,
    },
    /// The path does not take this method.
    #[error("the path does not take this method")]
    MethodNotAllowed,
    /// The answer took too long.
    #[error("the answer took too long")]
    TimedOut,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A fault of the server.
    #[error("internal error: {0}")]
    Internal(String),
}

/// What stays the same of each error: status, stable name, English title, Chinese sentence.
type Facts = (StatusCode, &'static str, &'static str, &'static str);

impl ApiError {
    /// One wrong field.
    pub fn field(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblemView {
            path: path.into(),
            message: message.into(),
        }])
    }

    /// Whether the same request may succeed later.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::TooManyAttempts { .. }
            | Self::TimedOut
            | Self::Randomness(_)
            | Self::NoSuchAttachment
            | Self::NotUploaded
            | Self::ChunksMissing(_) => true,
            Self::Store(error) => error.may_pass(),
            _ => false,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::NotJson(_) => (
                StatusCode::BAD_REQUEST,
                "not-json",
                "The body is not JSON",
                "请求内容无法识别，没有保存任何内容",
            ),
            Self::Invalid(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid-request",
                "A field of the request is wrong",
                "请求中有一项不正确，没有保存任何内容",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The request is too large",
                "请求内容过大，没有保存，请分批上传",
            ),
            Self::NotJsonType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json-type",
                "The body must be application/json",
                "请求类型不对，应为 JSON",
            ),
            Self::NotSignedIn => (
                StatusCode::UNAUTHORIZED,
                "not-signed-in",
                "Sign in first",
                "请先登录，本机的内容不受影响",
            ),
            Self::WrongPassword => (
                StatusCode::UNAUTHORIZED,
                "wrong-password",
                "Wrong user name or password",
                "用户名或密码不正确，请重新输入",
            ),
            Self::AccountEnded => (
                StatusCode::FORBIDDEN,
                "account-ended",
                "The account has ended",
                "账号授权已结束满 30 天，本机的内容还在，请联系管理员",
            ),
            Self::TooManyAttempts { .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-attempts",
                "Too many failed sign-ins",
                "登录失败次数过多，请稍后再试",
            ),
            Self::ForeignSite => (
                StatusCode::FORBIDDEN,
                "foreign-site",
                "The request comes from another site",
                "请求来自其他网站，已拒绝",
            ),
            Self::DeviceOfAnotherPerson => (
                StatusCode::FORBIDDEN,
                "device-of-another-person",
                "The device belongs to another person",
                "这台设备已由他人使用，内容仍在本机",
            ),
            Self::NotAdministrator => (
                StatusCode::FORBIDDEN,
                "not-administrator",
                "Only an administrator may do this",
                "只有管理员可以这样做",
            ),
            Self::NotManager => (
                StatusCode::FORBIDDEN,
                "not-manager",
                "Only who manages a park may do this",
                "只有园区的管理者可以这样做",
            ),
            Self::WipedAlready => (
                StatusCode::CONFLICT,
                "wiped-already",
                "The device is wiped already",
                "这台设备已经清除，不能撤回",
            ),
            Self::NoSuchSetupLink => (
                StatusCode::FORBIDDEN,
                "no-such-setup-link",
                "The set-up link is spent or too old",
                "链接已失效，请重新启动服务器获取新链接",
            ),
            Self::SchemaTooNew => (
                StatusCode::CONFLICT,
                "schema-too-new",
                "The client is newer than the server",
                "服务器版本较旧，升级后会自动上传",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not-found",
                "Nothing is at this path",
                "没有这个地址",
            ),
            Self::NoSuchAttachment => (
                StatusCode::NOT_FOUND,
                "no-such-attachment",
                "There is no attachment of this id to send",
                "服务器还没有这份附件的记录，稍后自动重试",
            ),
            Self::AttachmentDeleted => (
                StatusCode::GONE,
                "attachment-deleted",
                "The attachment was deleted",
                "附件已被删除，本机的还在；恢复后可重新上传",
            ),
            Self::NotUploaded => (
                StatusCode::NOT_FOUND,
                "not-uploaded",
                "The attachment is not uploaded yet",
                "附件还没有上传完，请稍后再看",
            ),
            Self::WrongChunk => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "wrong-chunk",
                "No chunk of this number has this length",
                "附件分段不正确，没有保存，请重新上传",
            ),
            Self::ChunksMissing(_) => (
                StatusCode::CONFLICT,
                "chunks-missing",
                "Chunks are missing",
                "附件还缺一部分，将自动补传",
            ),
            Self::HashDiffers => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "hash-differs",
                "The bytes are not those that the record names",
                "附件内容与记录不一致，请重新上传",
            ),
            Self::NoSuchBytes { .. } => (
                StatusCode::RANGE_NOT_SATISFIABLE,
                "no-such-bytes",
                "The attachment does not have these bytes",
                "附件没有这一部分",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "The path does not take this method",
                "这个地址不支持该操作",
            ),
            Self::TimedOut => (
                StatusCode::SERVICE_UNAVAILABLE,
                "timed-out",
                "The answer took too long",
                "服务器响应超时，稍后会自动重试",
            ),
            Self::Store(error) if error.may_pass() => (
                StatusCode::SERVICE_UNAVAILABLE,
                "store-unavailable",
                "The database cannot be written just now",
                "服务器暂时无法保存，稍后会自动重试",
            ),
            Self::Store(_) | Self::Randomness(_) | Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "The server failed",
                "服务器出错，内容仍在本机，请联系管理员",
            ),
        }
    }

    /// The problem as it is sent.
    pub fn problem(&self) -> Problem {
        let (status, kind, title, detail) = self.facts();
        let errors = match self {
            Self::Invalid(errors) => errors.clone(),
            Self::NotJson(message) => {
                vec![FieldProblemView {
                    path: String::new(),
                    message: message.clone(),
                }]
            }
            _ => Vec::new(),
        };
        Problem {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.to_owned(),
            retry: self.may_pass(),
            errors,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, kind, ..) = self.facts();
        if status.is_server_error() {
            // The sentence of an error of ours names what failed, never what was in it.
            tracing::error!(problem = kind, error = %self, "request failed");
        }
        let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        let wait = match &self {
            Self::TooManyAttempts { seconds } => Some(*seconds),
            _ if self.may_pass() => Some(5),
            _ => None,
        };
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Self::NoSuchBytes { size } = &self
            && let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}"))
        {
            headers.insert(header::CONTENT_RANGE, range);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_later_says_so_in_status_body_and_header() {
        for (error, status, retry) in [
            (ApiError::Store(StoreError::Busy), 503, true),
            (
                ApiError::Store(StoreError::Unwritable("disk full".to_owned())),
                503,
                true,
            ),
            (
                ApiError::Store(StoreError::Other("x".to_owned())),
                500,
                false,
            ),
            (ApiError::TooManyAttempts { seconds: 9 }, 429, true),
            (ApiError::NotSignedIn, 401, false),
            (ApiError::field("device", "missing"), 422, false),
        ] {
            let problem = error.problem();
            assert_eq!((problem.status, problem.retry), (status, retry), "{error}");
            assert!(problem.detail.chars().count() <= 40, "{}", problem.detail);
            let response = error.into_response();
            assert_eq!(response.headers().contains_key(header::RETRY_AFTER), retry);
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "application/problem+json"
            );
        }
    }
}
