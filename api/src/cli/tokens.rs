//! `plinth token`: one signed token on standard output.

use chrono::Duration;
use clap::Args;

use super::{Failure, Role, TokenSettings, output};
use crate::{access::token, server};

/// The longest life of a token, in days. Programs that need more use API tokens, which can be revoked.
const LONGEST_DAYS: i64 = 366;

#[derive(Debug, Args)]
pub(super) struct TokenArguments {
    /// The role: viewer, architect, planner, finance, director, committee, auditor or admin.
    #[arg(long, value_parser = parse_role)]
    role: Role,
    /// Name of the person or program that will use it.
    #[arg(long, default_value = "command line")]
    name: String,
    /// How long it is valid: a number and s, m, h or d.
    #[arg(long, default_value = "8h", value_parser = parse_duration)]
    ttl: Duration,
    #[command(flatten)]
    settings: TokenSettings,
}

/// Prints the token.
pub(super) fn print(arguments: &TokenArguments) -> Result<(), Failure> {
    let settings = &arguments.settings;
    let secret = match settings.secret() {
        Ok(Some(secret)) => secret,
        Ok(None) => {
            return Err(Failure::Usage(vec!["set PLINTH_JWT_SECRET, which signs the token".to_owned()]));
        }
        Err(mistake) => return Err(Failure::Usage(vec![mistake])),
    };
    let parties = (settings.jwt_issuer.as_str(), settings.jwt_audience.as_str());
    let claims = token::claims(arguments.role, &arguments.name, parties, server::now(), arguments.ttl);
    output::print(&format!("{}\n", token::sign(secret, &claims)?))?;
    Ok(())
}

fn parse_role(text: &str) -> Result<Role, String> {
    token::parse_role(text).ok_or_else(|| {
        "is none of viewer, architect, planner, finance, director, committee, auditor, admin".to_owned()
    })
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let rule = || format!("`{text}` is not a whole number followed by s, m, h or d");
    let split = text.len().checked_sub(1).filter(|at| text.is_char_boundary(*at)).ok_or_else(rule)?;
    let (number, unit) = text.split_at(split);
    let number: i64 = number.parse().map_err(|_| rule())?;
    let duration = match unit {
        "s" => Duration::try_seconds(number),
        "m" => Duration::try_minutes(number),
        "h" => Duration::try_hours(number),
        "d" => Duration::try_days(number),
        _ => return Err(rule()),
    };
    duration
        .filter(|duration| *duration > Duration::zero() && duration.num_days() <= LONGEST_DAYS)
        .ok_or_else(|| format!("`{text}` is not between 1s and {LONGEST_DAYS}d"))
}
