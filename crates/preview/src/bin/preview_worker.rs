//! The worker alone: what the tests run, and for a look at what a document does to it.

fn main() -> std::process::ExitCode {
    preview::worker::serve(std::io::stdin().lock(), std::io::stdout().lock())
}
