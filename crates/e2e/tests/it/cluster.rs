//! Three nodes on one PostgreSQL and one S3 behind a balancer: killed, cut off, of two versions, and counted.
//!
//! Each test starts servers of its own, which must be installed: `scripts/test cluster`.

mod backup;
mod balancer;
mod codes;
mod counted;
mod failover;
mod gateway;
mod keys;
mod links;
mod listener;
mod nodes;
mod one_message;
mod practice;
mod primary_hangs;
mod proof;
mod retention;
mod s3_down;
mod standby_hangs;
mod streams;
mod trouble;
mod up;
mod versions;
