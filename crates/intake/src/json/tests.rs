//! The reader against a whole-text reader, in pieces of every size.

use super::*;
use proptest::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;

/// Builds a tree from what it hears.
#[derive(Default)]
struct Tree {
    open: Vec<(Option<String>, Value)>,
    keys: Vec<Option<String>>,
    text: Vec<u8>,
    root: Option<Value>,
}

impl Tree {
    fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((_, Value::Array(list))) => list.push(value),
            Some((_, Value::Object(map))) => {
                map.insert(self.keys.pop().unwrap().unwrap(), value);
            }
            Some(_) => unreachable!(),
        }
    }

    fn close(&mut self) {
        let (_, value) = self.open.pop().unwrap();
        self.put(value);
    }
}

impl Listener for Tree {
    fn begin_object(&mut self) {
        self.open
            .push((None, Value::Object(serde_json::Map::new())));
    }
    fn end_object(&mut self) {
        self.close();
    }
    fn begin_array(&mut self) {
        self.open.push((None, Value::Array(Vec::new())));
    }
    fn end_array(&mut self) {
        self.close();
    }
    fn key(&mut self, key: Option<&str>) {
        self.keys.push(key.map(str::to_owned));
    }
    fn begin_text(&mut self) {
        self.text.clear();
    }
    fn text(&mut self, piece: &[u8]) {
        self.text.extend_from_slice(piece);
    }
    fn end_text(&mut self) {
        let text = String::from_utf8(self.text.clone()).unwrap();
        self.put(Value::String(text));
    }
    fn number(&mut self, text: Option<&str>) {
        self.put(serde_json::from_str(text.unwrap()).unwrap());
    }
    fn truth(&mut self, value: bool) {
        self.put(Value::Bool(value));
    }
    fn null(&mut self) {
        self.put(Value::Null);
    }
}

fn read(bytes: &[u8], cut: usize) -> Result<Value, Malformed> {
    let mut tree = Tree::default();
    let mut reader = Reader::new();
    for piece in bytes.chunks(cut) {
        reader.feed(piece, &mut tree)?;
    }
    reader.finish(&mut tree)?;
    Ok(tree.root.unwrap())
}

#[test]
fn places_of_faults_are_exact() {
    let cases = [
        ("", 1, 1, "the text ends too early"),
        ("{", 1, 2, "the text ends too early"),
        ("{\"a\":1,}", 1, 8, "expected a member name"),
        (
            "{\n  \"a\": tru }",
            2,
            11,
            "expected `true`, `false` or `null`",
        ),
        ("[1 2]", 1, 4, "expected `,` or `]`"),
        ("{\"a\" 1}", 1, 6, "expected `:`"),
        ("{} x", 1, 4, "expected nothing more"),
        (
            "\"a\nb\"",
            1,
            3,
            "control characters in text must be escaped",
        ),
        ("\"\\x\"", 1, 3, "unknown escape in text"),
        ("\"\\ud800x\"", 1, 8, "half a surrogate pair stands alone"),
        ("\"\\udc00\"", 1, 7, "half a surrogate pair stands alone"),
        ("01", 1, 2, "expected nothing more"),
        ("[1.]", 1, 4, "expected a digit"),
        ("\u{feff}{}", 1, 1, "expected a value"),
    ];
    for (text, line, column, what) in cases {
        for cut in 1..=text.len().max(1) {
            assert_eq!(
                read(text.as_bytes(), cut),
                Err(Malformed { line, column, what }),
                "{text:?} by {cut}"
            );
        }
    }
    assert_eq!(read(b"[\"\xff\"]", 2).unwrap_err().column, 3);
}

#[test]
fn depth_has_a_limit() {
    let nest = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(nest(MAX_DEPTH).as_bytes(), 3).is_ok());
    assert!(read(nest(MAX_DEPTH + 1).as_bytes(), 3).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Writes every character of texts as an escape, as some writers do.
fn escaped(value: &Value) -> String {
    let mut out = String::new();
    let mut in_text = false;
    let plain = serde_json::to_string(value).unwrap();
    let mut characters = plain.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => {
                in_text = !in_text;
                out.push(c);
            }
            '\\' => {
                out.push(c);
                out.extend(characters.next());
            }
            '/' if in_text => out.push_str("\\/"),
            c if in_text && !c.is_ascii() => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out
}

proptest! {
    #[test]
    fn agrees_with_a_whole_reader(value in any_json(), cut in 1_usize..40, pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { escaped(&value) };
        prop_assert_eq!(read(text.as_bytes(), cut).unwrap(), value);
    }

    #[test]
    fn takes_and_refuses_what_a_whole_reader_does(text in "[\\[\\]{},:0-9eE+.\"\\\\utrfalsn -]{0,14}", cut in 1_usize..5) {
        let whole = serde_json::from_str::<Value>(&text);
        // Beyond a double's range the whole reader refuses; range is not grammar.
        let out_of_range = whole.as_ref().is_err_and(|e| e.to_string().contains("out of range"));
        prop_assume!(!out_of_range);
        let ours = {
            let mut tree = Quiet;
            let mut reader = Reader::new();
            text.as_bytes().chunks(cut).try_for_each(|piece| reader.feed(piece, &mut tree)).and_then(|()| reader.finish(&mut tree))
        };
        prop_assert_eq!(ours.is_ok(), whole.is_ok(), "{}", text);
    }

    #[test]
    fn cut_characters_are_put_together(text in any::<String>(), cut in 1_usize..4, noise in proptest::collection::vec(any::<u8>(), 0..12)) {
        for bytes in [text.as_bytes(), noise.as_slice()] {
            let mut check = Utf8::default();
            let mut before = 0;
            let mut found = None;
            for piece in bytes.chunks(cut) {
                if let Some(place) = check.feed(piece) {
                    found = Some(before + place);
                    break;
                }
                before += piece.len();
            }
            let complete = std::str::from_utf8(bytes).err().is_none_or(|e| e.error_len().is_none());
            prop_assert_eq!(found.is_none(), complete);
        }
    }
}

/// Hears nothing.
struct Quiet;

impl Listener for Quiet {
    fn begin_object(&mut self) {}
    fn end_object(&mut self) {}
    fn begin_array(&mut self) {}
    fn end_array(&mut self) {}
    fn key(&mut self, _: Option<&str>) {}
    fn begin_text(&mut self) {}
    fn text(&mut self, _: &[u8]) {}
    fn end_text(&mut self) {}
    fn number(&mut self, _: Option<&str>) {}
    fn truth(&mut self, _: bool) {}
    fn null(&mut self) {}
}
