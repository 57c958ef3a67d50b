//! Columns of users.

use super::cells::Cells;
use crate::import::columns::{Column, Kind};
use crate::import::records::User;

pub(super) const USER: &[Column] = &[
    Column::key("email", Kind::Email, "ada@example.com", ""),
    Column::create("name", Kind::Text, "Ada Lovelace", ""),
    Column::create(
        "role",
        Kind::Choice(&[
            "VIEWER",
            "ARCHITECT",
            "PLANNER",
            "FINANCE",
            "DIRECTOR",
            "COMMITTEE",
            "AUDITOR",
            "ADMIN",
        ]),
        "PLANNER",
        "",
    ),
    Column::optional("active", Kind::Boolean, "true", ""),
];

pub(super) fn user(cells: &mut Cells) -> User {
    User {
        origin: cells.origin.clone(),
        email: cells.key("email"),
        name: cells.text("name"),
        role: cells.text("role"),
        active: cells.boolean("active"),
    }
}
