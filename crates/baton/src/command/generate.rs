//! `baton generate`: files of the repository that are made from definitions in the code.

use crate::up::sdk_dir;
use std::path::Path;

/// The address in generated files: that of `baton up`.
const SERVER: &str = "http://127.0.0.1:8080";

/// Writes them to `out`.
pub(crate) fn run(out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out)?;
    sdk_dir::write_json(
        out,
        sdk_dir::OPENAPI,
        &wire::openapi::document(SERVER, env!("CARGO_PKG_VERSION")),
    )?;
    sdk_dir::write_json(out, sdk_dir::COLLECTION, &wire::postman::collection(SERVER))?;
    let environment = wire::postman::environment(wire::postman::Environment {
        name: sdk_dir::ENVIRONMENT_NAME,
        base_url: SERVER,
        api_key: "",
        ods_code: "GPPRAC001",
        nhs_number: lab::people::SAMPLE_NHS_NUMBER,
    });
    sdk_dir::write_json(out, sdk_dir::ENVIRONMENT, &environment)
}
