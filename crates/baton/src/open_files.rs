//! As many open files as the system allows: each connection is one, each attachment on its way another.

/// Raises what this process may have open to what it may raise itself to, and says in the log when
/// that is less than `wanted`.
pub(crate) fn allow(wanted: u64) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Refused, it stays as it is: what cannot be opened is answered with 503.
        let _refused = setrlimit(Resource::Nofile, limit).is_err();
        let allowed = getrlimit(Resource::Nofile).current;
        if let Some(allowed) = allowed.filter(|allowed| *allowed < wanted) {
            tracing::warn!(allowed, wanted, "few open files are allowed");
        }
    }
    #[cfg(not(unix))]
    let _ = wanted;
}
