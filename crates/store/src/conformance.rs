//! The behaviours of every port, as functions that each back end runs.
