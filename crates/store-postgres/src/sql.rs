//! Statements: each has a name and stands in a list, so that a test can ask PostgreSQL how it will run it.

#[cfg(test)]
pub(crate) mod crowd;
#[cfg(test)]
mod tests;

/// One SQL statement. Only [`statements`] makes them.
#[derive(Clone, Copy)]
pub(crate) struct Sql(pub(crate) &'static str);

/// Names the statements of a module, and lists them as `ALL` for the test of their plans.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(crate) const $name: $crate::sql::Sql = $crate::sql::Sql($sql);)+
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, $crate::sql::Sql)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;
