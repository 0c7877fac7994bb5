//! Settings: flags over environment over a TOML file over defaults.
//!
//! The file's sections are named like commands and its keys like flags (`[platform.serve]`,
//! `listen = "…"`), so there is nothing to learn twice; a key that no command has is an error.

use crate::args::Args;
use crate::exit::usage;
use clap::{Command, CommandFactory as _};
use config::{Config, File, FileFormat, Value, ValueKind};
use std::path::PathBuf;

/// Read when it is there and nothing else was asked for.
const DEFAULT_FILE: &str = "baton.toml";

/// The command tree, with the settings file's values as its defaults.
///
/// # Errors
/// A file that was asked for and is not there, is no TOML, or names what does not exist.
pub(crate) fn command() -> anyhow::Result<Command> {
    let command = Args::command();
    let Some(file) = asked_for().or_else(default_file) else {
        return Ok(command);
    };
    let source = File::from(file.clone()).format(FileFormat::Toml);
    let read = Config::builder().add_source(source).build();
    let read = read.map_err(|_| usage(format!("`{}` cannot be read as TOML", file.display())))?;
    apply(command, read.cache, "")
}

/// The file that flags or environment name, looked for before anything is parsed.
fn asked_for() -> Option<PathBuf> {
    let words: Vec<_> = std::env::args_os().collect();
    let after = words
        .iter()
        .position(|word| word == "--config")
        .and_then(|place| words.get(place + 1));
    let joined = words
        .iter()
        .find_map(|word| word.to_str()?.strip_prefix("--config="));
    after
        .map(PathBuf::from)
        .or_else(|| joined.map(PathBuf::from))
        .or_else(|| std::env::var_os("BATON_CONFIG").map(PathBuf::from))
}

fn default_file() -> Option<PathBuf> {
    let file = PathBuf::from(DEFAULT_FILE);
    file.is_file().then_some(file)
}

fn apply(mut command: Command, value: Value, path: &str) -> anyhow::Result<Command> {
    let ValueKind::Table(table) = value.kind else {
        return Err(usage(format!(
            "`{path}` in the settings file must be a section"
        )));
    };
    for (key, value) in table {
        let name = key.replace('_', "-");
        let here = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        if command.find_subcommand(&name).is_some() {
            let sub = command.find_subcommand(&name).cloned().unwrap_or_default();
            let changed = apply(sub, value, &here)?;
            command = command.mut_subcommand(&name, |_| changed);
        } else if command
            .get_arguments()
            .any(|arg| arg.get_long() == Some(&name))
        {
            let text = value.into_string().map_err(|_| {
                usage(format!(
                    "`{here}` in the settings file must be a single value"
                ))
            })?;
            command = with_default(command, &name, text);
        } else {
            return Err(usage(format!(
                "the settings file has `{here}`, which is no setting"
            )));
        }
    }
    Ok(command)
}

fn with_default(command: Command, long: &str, text: String) -> Command {
    let id = command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(long))
        .map(|arg| arg.get_id().clone());
    match id {
        Some(id) => command.mut_arg(id, |arg| arg.default_value(text)),
        None => command,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(toml: &str) -> anyhow::Result<Command> {
        let read = Config::builder()
            .add_source(File::from_str(toml, FileFormat::Toml))
            .build()
            .unwrap();
        apply(Args::command(), read.cache, "")
    }

    fn port(command: Command, words: &[&str]) -> u16 {
        let matches = command.get_matches_from([&["baton", "up"], words].concat());
        *matches
            .subcommand()
            .unwrap()
            .1
            .get_one("platform_port")
            .unwrap()
    }

    #[test]
    fn the_file_gives_defaults_and_flags_win() {
        let toml = "[up]\nplatform-port = 9000\n";
        assert_eq!(port(with(toml).unwrap(), &[]), 9000);
        assert_eq!(
            port(with(toml).unwrap(), &["--platform-port", "9001"]),
            9001
        );
    }

    #[test]
    fn what_is_no_setting_is_named() {
        let error = with("[up]\nplatfrom-port = 1\n").unwrap_err();
        assert!(error.to_string().contains("up.platfrom-port"), "{error}");
    }

    #[test]
    fn the_command_tree_is_sound() {
        Args::command().debug_assert();
    }
}
