//! `/v1/patients`: patients of an app, what is told of their links, and what is read through them.

mod managing;
mod passing;
mod telling;
