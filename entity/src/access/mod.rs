//! Who may call, in which role, and with which token.

pub mod api_token;
pub mod user;
