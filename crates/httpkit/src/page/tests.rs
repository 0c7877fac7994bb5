//! The shell, and the design system's own examples rendered by our engine.

use super::*;
use std::path::Path;

const SITE: Site = Site {
    name: "Test <site>",
    home: "/",
    strapline: "For tests.",
};

#[test]
fn a_page_has_one_title_one_heading_and_a_skip_link_and_is_escaped() {
    let page = Pages::new(SITE).render(
        "notice.html",
        minijinja::context! { title => "A & B", text => "<b>" },
    );
    let html = page.unwrap().0;
    assert!(
        html.contains("<title>A &amp; B – Test &lt;site&gt;</title>"),
        "{html}"
    );
    assert_eq!(html.matches("<h1").count(), 1);
    assert!(html.contains("href=\"#maincontent\""));
    assert!(!html.contains("<b>"));
    assert!(!html.contains("style=") && !html.contains("onclick"));
}

#[test]
fn a_missing_template_is_told_without_its_context() {
    let error = Pages::new(SITE)
        .render("none.html", minijinja::context! { secret => "s3cret" })
        .unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[derive(serde::Deserialize)]
struct Examples {
    component: String,
    fixtures: Vec<Example>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Example {
    name: String,
    context: Value,
    call_block: Option<String>,
    html: String,
}

/// Every example that the design system's publisher ships must come out as published.
#[test]
fn the_published_examples_render_to_the_published_html() {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../third_party/nhsuk-frontend/fixtures");
    let Ok(listing) = std::fs::read_dir(root) else {
        panic!("no examples under third_party/nhsuk-frontend/fixtures");
    };
    let pages = Pages::new(SITE);
    let (mut seen, mut wrong) = (0, Vec::new());
    for entry in listing {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: Examples = serde_json::from_str(&text).unwrap();
        for example in file.fixtures {
            seen += 1;
            let context = minijinja::context! { params => example.context };
            let source = template(&file.component, example.call_block.as_deref());
            let made = pages
                .engine
                .render_named_str("example.html", source.as_str(), context);
            let made = made.unwrap_or_else(|e| format!("{e:?}"));
            if squeezed(&made) != squeezed(&example.html) {
                wrong.push(format!(
                    "{}: {}\n{made}\n---\n{}",
                    file.component, example.name, example.html
                ));
            }
        }
    }
    assert!(seen > 900, "only {seen} examples");
    assert!(
        wrong.is_empty(),
        "{} of {seen}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n\n")
    );
}

/// A template that calls the component's macro with the example's parameters.
fn template(component: &str, inner: Option<&str>) -> String {
    let path = format!(
        "third_party/nhsuk-frontend-jinja/templates/nhsuk/components/{component}/macro.jinja"
    );
    let source = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(path),
    )
    .unwrap();
    let name = source
        .split("{% macro ")
        .nth(1)
        .unwrap()
        .split('(')
        .next()
        .unwrap();
    let import = format!("{{% from \"nhsuk/components/{component}/macro.jinja\" import {name} %}}");
    match inner {
        Some(inner) => format!("{import}{{% call {name}(params) %}}{inner}{{% endcall %}}"),
        None => format!("{import}{{{{ {name}(params) }}}}"),
    }
}

/// The HTML without the white space that means nothing, and with one spelling of each entity.
fn squeezed(html: &str) -> String {
    let words = html.split_whitespace().collect::<Vec<_>>().join(" ");
    [
        (", ", ","),
        ("> ", ">"),
        (" <", "<"),
        (" >", ">"),
        ("&#x2f;", "/"),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&#34;", "\""),
    ]
    .iter()
    .fold(words, |text, (from, to)| text.replace(from, to))
}
