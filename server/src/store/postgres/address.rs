//! Where a PostgreSQL database is, as a URL.

use sqlx::postgres::PgConnectOptions;
use std::{fmt, str::FromStr};

/// Where the database is and how to get in. Shown without its password.
#[derive(Clone)]
pub struct Address {
    options: Box<PgConnectOptions>,
    shown: String,
}

/// Why a text is no address of a database.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// It is for something else than PostgreSQL.
    #[error("not a postgres:// URL")]
    OtherScheme,
    /// It has a parameter that nothing reads. Passed over, a misspelt `sslmode` would open a line that anybody can
    /// read.
    #[error("a URL with an unknown parameter `{0}`")]
    UnknownParameter(String),
    /// Anything else.
    #[error("not a URL of a database ({0})")]
    Malformed(String),
}

/// What may stand after the question mark.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

impl Address {
    pub(in crate::store) fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme))
        {
            return Err(NotAnAddress::OtherScheme);
        }
        let parameters = text.split_once('?').map_or("", |(_, query)| query);
        let names = parameters
            .split('&')
            .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
        for name in names.filter(|name| !name.is_empty()) {
            if !PARAMETERS.contains(&name) && !name.starts_with("options[") {
                return Err(NotAnAddress::UnknownParameter(name.to_owned()));
            }
        }
        let mut options = PgConnectOptions::from_str(text)
            .map_err(|error| NotAnAddress::Malformed(error.to_string()))?;
        if options.get_application_name().is_none() {
            options = options.application_name("ruyuan-server");
        }
        let shown = shown(&options);
        Ok(Self {
            options: Box::new(options),
            shown,
        })
    }
}

fn shown(options: &PgConnectOptions) -> String {
    let place = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let user = options.get_username();
    let name = options.get_database().unwrap_or(user);
    format!("postgres://{user}@{place}/{name}")
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            (
                "postgres://ruyuan:secret@db.example:5433/field?sslmode=verify-full",
                "postgres://ruyuan@db.example:5433/field",
            ),
            (
                "postgresql://ruyuan@%2Frun%2Fpostgresql/field",
                "postgres://ruyuan@/run/postgresql/field",
            ),
            (
                "postgres://a@h/b?password=secret&port=99",
                "postgres://a@h:99/b",
            ),
        ] {
            let address: Address = url.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("secret"));
        }
    }

    #[test]
    fn what_is_no_address_or_would_be_passed_over_is_refused() {
        let refused = |url: &str| url.parse::<Address>().unwrap_err();
        assert_eq!(refused("mysql://a@h/b"), NotAnAddress::OtherScheme);
        assert_eq!(refused("field"), NotAnAddress::OtherScheme);
        assert_eq!(
            refused("postgres://a@h/b?sslmod=require"),
            NotAnAddress::UnknownParameter("sslmod".to_owned())
        );
        for url in [
            "postgres://a@h:port/b",
            "postgres://a@h/b?sslmode=sometimes",
        ] {
            assert!(
                matches!(refused(url), NotAnAddress::Malformed(_)),
                "{url} is taken"
            );
        }
    }
}
