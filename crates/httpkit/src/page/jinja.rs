//! The template engine, and the little that the design system's Jinja templates need beyond it.

use crate::assets;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value,
    value::{Rest, ValueKind},
};
use rust_embed::RustEmbed;
use std::borrow::Cow;

/// Finds a template's text by name.
pub(super) type Source = fn(&str) -> Option<Cow<'static, [u8]>>;

#[derive(RustEmbed)]
#[folder = "src/templates/"]
struct Shared;

/// The design system's components, as their publisher ships them.
#[derive(RustEmbed)]
#[folder = "../../third_party/nhsuk-frontend-jinja/templates/"]
struct Components;

/// An engine that looks for a template in `own`, then among ours, then among the components.
pub(super) fn environment(own: Vec<Source>) -> Environment<'static> {
    let mut env = Environment::new();
    // The components look up members of members that may not be there.
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    // The components' file names don't end in .html, so the default would leave them unescaped.
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    // The white space that the components were written for.
    if let Ok(syntax) = env
        .syntax()
        .to_builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
    {
        env.set_syntax(syntax);
    }
    env.set_loader(move |name| {
        let shared = [
            |n: &str| Shared::get(n).map(|f| f.data),
            |n: &str| Components::get(n).map(|f| f.data),
        ];
        let bytes = own
            .iter()
            .copied()
            .chain(shared)
            .find_map(|source: Source| source(name));
        bytes.map(|bytes| text(name, &bytes)).transpose()
    });
    env.set_unknown_method_callback(python_method);
    env.set_formatter(|out, state, value| {
        match value
            .as_str()
            .filter(|_| escapes(state) && !value.is_safe())
        {
            Some(text) => out.write_str(&escaped(text)).map_err(Error::from),
            None => minijinja::escape_formatter(out, state, value),
        }
    });
    for name in ["escape", "e"] {
        env.add_filter(name, escape);
    }
    env.add_filter("length", length);
    env.add_filter("truncate", truncate);
    env.add_function("asset", |name: &str| assets::address(name));
    env
}

fn text(name: &str, bytes: &[u8]) -> Result<String, Error> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::SyntaxError, format!("{name} is not UTF-8")))?;
    Ok(text.to_owned())
}

fn escapes(state: &State) -> bool {
    matches!(state.auto_escape(), AutoEscape::Html)
}

/// Jinja's `escape`: as the engine's own, which also escapes the slash and so makes every address hard
/// to read for no gain in safety.
fn escape(value: &Value) -> Value {
    if value.is_safe() {
        return value.clone();
    }
    Value::from_safe_string(escaped(&value.to_string()))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

/// The Python methods that the components call.
fn python_method(
    state: &mut State,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    match (value.kind(), method) {
        (ValueKind::Map, "items") => state.apply_filter("items", std::slice::from_ref(value)),
        (ValueKind::Map, "get") => {
            let found = args.first().map(|key| value.get_item(key)).transpose()?;
            let found = found.filter(|found| !found.is_undefined());
            Ok(found.or_else(|| args.get(1).cloned()).unwrap_or_default())
        }
        (ValueKind::Undefined, "get") => Ok(Value::UNDEFINED),
        (ValueKind::String, "format") => Ok(Value::from(format(
            value.as_str().unwrap_or_default(),
            args,
        ))),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// Puts each argument in the place of the next `{}`.
fn format(pattern: &str, args: &[Value]) -> String {
    let mut args = args.iter();
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut parts = pattern.split("{}");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        if let Some(arg) = args.next() {
            out.push_str(&arg.to_string());
        }
        out.push_str(part);
    }
    out
}

/// Jinja's `length`, where what is not there has none.
fn length(value: &Value) -> Result<usize, Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(0);
    }
    value
        .len()
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "this value has no length"))
}

/// Jinja's `truncate(length, killwords, end)`, always cutting at the length.
fn truncate(value: &str, length: usize, rest: Rest<Value>) -> String {
    let end = rest
        .get(1)
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_else(|| "...".to_owned());
    if value.chars().count() <= length {
        return value.to_owned();
    }
    let keep = length.saturating_sub(end.chars().count());
    value.chars().take(keep).chain(end.chars()).collect()
}
