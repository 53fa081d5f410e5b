//! The first account of a new server, made with the link that its first start printed.

use crate::{
    app::AppState,
    auth::{
        Public,
        password::{MAX_PASSWORD, MIN_PASSWORD},
    },
    body::{JsonAnswer, JsonBody},
    handlers::session::{account_name, sign_in},
    problem::ApiError,
    schemas, secret,
    store::{Account, Grant, SetupOutcome},
};
use axum::{
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse},
};
use ruyuan_domain::{
    ScopeId, UserId,
    wire::{FieldProblemView, Role, SetupRequest},
};

const MAX_NAME: usize = 60;

/// Makes the administrator and signs them in. The link is spent.
#[utoipa::path(
    post, path = "/api/setup", operation_id = "create_administrator", tag = "session",
    request_body = schemas::SetupRequest,
    responses(
        (status = 200, description = "Made and signed in.", body = schemas::SessionView),
        (status = 403, description = "The link is unknown, spent or older than a day.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "A name is missing or the password too short.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn create_administrator(
    _: Public,
    State(state): State<AppState>,
    JsonBody(request): JsonBody<SetupRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let errors = check(&request);
    if !errors.is_empty() {
        return Err(ApiError::Invalid(errors));
    }
    // Asked before the hash is computed, so that a set-up server does not work for whoever calls this.
    if state.store.any_account().await? {
        return Err(ApiError::NoSuchSetupLink);
    }
    let account = Account {
        user: UserId::new(secret::id_seed(state.clock.as_ref())?),
        user_name: account_name(&request.user_name),
        display_name: request.display_name.trim().to_owned(),
        password_hash: state.passwords.hash(request.password).await?,
    };
    let grants = [Grant::open(Role::Admin, ScopeId::city())];
    let token_hash = secret::hash_token(&request.token);
    match state
        .store
        .use_setup_link(&token_hash, &account, &grants, state.clock.unix_ms())
        .await?
    {
        SetupOutcome::NoSuchLink => Err(ApiError::NoSuchSetupLink),
        SetupOutcome::Made => {
            let (cookie, access) = sign_in(&state, account.user).await?;
            Ok((
                AppendHeaders([(header::SET_COOKIE, cookie)]),
                JsonAnswer(access.view()),
            ))
        }
    }
}

fn check(request: &SetupRequest) -> Vec<FieldProblemView> {
    let mut errors = Vec::new();
    let mut wrong = |path: &str, message: &str| {
        errors.push(FieldProblemView {
            path: path.to_owned(),
            message: message.to_owned(),
        });
    };
    let bad_name = |name: &str| {
        let name = name.trim();
        name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control)
    };
    if bad_name(&request.user_name) {
        wrong("user_name", "请填写用户名，最多 60 个字");
    }
    if bad_name(&request.display_name) {
        wrong("display_name", "请填写姓名，最多 60 个字");
    }
    if request.password.chars().count() < MIN_PASSWORD {
        wrong("password", "密码至少 8 个字符");
    }
    if request.password.len() > MAX_PASSWORD {
        wrong("password", "密码过长");
    }
    errors
}
