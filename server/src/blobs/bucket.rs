//! A bucket of S3, and what an environment says of it.

use axum::http::Uri;
use object_store::{
    ClientConfigKey, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey},
    path::Path,
};
use std::time::Duration;

/// How often a request is made again within one of ours, and for how long. A phone comes again by itself, and a start
/// that waits for minutes tells nobody why.
const AGAIN: usize = 4;
const AT_MOST: Duration = Duration::from_secs(20);

/// The bucket and the prefix of `s3://bucket/prefix`, or why there is none.
pub(super) fn open(
    place: &str,
    told: impl IntoIterator<Item = (String, String)>,
) -> Result<(AmazonS3, Path), String> {
    // Another part of this process may have chosen already, and then the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bucket = place.strip_prefix("s3://").unwrap_or(place);
    let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    if bucket.is_empty() {
        return Err("it names no bucket".to_owned());
    }
    let mut builder = AmazonS3Builder::new();
    for (name, value) in told {
        let name = name.to_ascii_lowercase();
        // As the library itself reads them; the others are not about S3.
        if let (true, Ok(key)) = (name.starts_with("aws_"), name.parse()) {
            builder = builder.with_config(key, value);
        }
    }
    check_endpoint(&builder)?;
    let objects = builder
        .with_bucket_name(bucket)
        .with_retry(RetryConfig {
            max_retries: AGAIN,
            retry_timeout: AT_MOST,
            ..RetryConfig::default()
        })
        .build()
        .map_err(|error| error.to_string())?;
    Ok((objects, Path::from(prefix)))
}

/// What the library would find at the first request only, and say without saying what to do, or panic over.
fn check_endpoint(builder: &AmazonS3Builder) -> Result<(), String> {
    let said = |key| builder.get_config_value(&key);
    let endpoint = said(AmazonS3ConfigKey::S3Endpoint).or(said(AmazonS3ConfigKey::Endpoint));
    let Some(endpoint) = endpoint else {
        return Ok(());
    };
    let uri: Option<Uri> = endpoint.parse().ok();
    let scheme = uri.as_ref().filter(|uri| uri.host().is_some());
    match scheme.and_then(Uri::scheme_str) {
        Some("https") => Ok(()),
        Some("http") => {
            let allowed = said(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp));
            let allowed = allowed.unwrap_or_default().to_ascii_lowercase();
            match ["1", "true", "on", "yes", "y"].contains(&allowed.as_str()) {
                true => Ok(()),
                false => Err(format!(
                    "AWS_ENDPOINT is {endpoint}, which others can read along; set AWS_ALLOW_HTTP=true if it is within \
                     your own network"
                )),
            }
        }
        _ => Err(format!(
            "AWS_ENDPOINT is {endpoint}, which is no address; write it as https://host or http://host:port"
        )),
    }
}
