//! What a child takes away from itself before it reads anything: memory, processor time, files.
//!
//! On systems that are not Unix there is nothing here: the parent's time limit and kill must do.

#[cfg(unix)]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Processor seconds for one question: more than the parent waits, so it ends only a child that has lost
/// its parent.
#[cfg(unix)]
const SECONDS: u64 = 60;

/// Limits memory and files, and keeps a crash from writing the documents in memory to a disk.
#[cfg(unix)]
pub(super) fn process() {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    lower(Resource::As, crate::limits::WORKER_MEMORY);
    lower(Resource::Data, crate::limits::WORKER_MEMORY);
    lower(Resource::Core, 0);
    lower(Resource::Fsize, 0);
    lower(Resource::Nofile, 3);
}

/// Limits processor time from here on.
#[cfg(unix)]
pub(super) fn processor_time() {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let used = u64::try_from(used).unwrap_or(0);
    let limit = Rlimit {
        current: Some(used + SECONDS),
        maximum: getrlimit(Resource::Cpu).maximum,
    };
    // A system that refuses still has the parent's clock.
    let _ = setrlimit(Resource::Cpu, limit);
}

/// Lowers a limit for good; a system that refuses still has the parent's clock.
#[cfg(unix)]
fn lower(resource: Resource, to: u64) {
    let to = Some(match getrlimit(resource).maximum {
        Some(most) => most.min(to),
        None => to,
    });
    let limit = Rlimit {
        current: to,
        maximum: to,
    };
    let _ = setrlimit(resource, limit);
}

/// Nothing to take away on this system.
#[cfg(not(unix))]
pub(super) fn process() {}

/// Nothing to take away on this system.
#[cfg(not(unix))]
pub(super) fn processor_time() {}
