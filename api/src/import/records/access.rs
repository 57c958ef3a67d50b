//! Records of who may do what.

use super::Origin;

/// A person. Key: `email`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct User {
    pub origin: Origin,
    pub email: String,
    pub name: Option<String>,
    pub role: Option<String>,
    pub active: Option<bool>,
}
