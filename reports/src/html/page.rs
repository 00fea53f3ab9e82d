//! What every page has: policy, style, sections, tables.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use record::fnv::fnv1a;

const STYLE: &str = include_str!("page.css");

/// What an inline script must present to run: a digest of the page's foreign parts, so none of them can know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    /// The key of a page that embeds `pictures`: a hash of all of it, the same for the same page.
    pub(super) fn of<'a>(name: &str, pictures: impl Iterator<Item = &'a [u8]>) -> Self {
        let bytes = name.bytes().chain(pictures.flatten().copied());
        Self(format!("{:016x}", fnv1a(bytes)))
    }

    /// Its text.
    pub(super) fn get(&self) -> &str {
        &self.0
    }
}

/// The page around `body`. Frames inherit its policy.
pub(super) fn whole(title: &str, key: &Key, body: &Markup) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-{}'; base-uri 'none'; form-action 'none'",
        key.get()
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
    .into_string()
}

/// Links to the sections.
pub(super) fn navigation(sections: &[(&str, &str)]) -> Markup {
    html! {
        nav aria-label="Sections" {
            @for (id, name) in sections { a href={ "#" (id) } { (name) } }
        }
    }
}

/// A section with a heading.
pub(super) fn section(id: &str, heading: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-heading" } {
            h2 id={ (id) "-heading" } { (heading) }
            (content)
        }
    }
}

/// A table that scrolls by itself where it is too wide. `headings` are the columns; the first names the rows.
pub(super) fn table(caption: &str, headings: &[&str], body: &Markup) -> Markup {
    html! {
        div.table {
            table {
                caption { (caption) }
                thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                (body)
            }
        }
    }
}

/// One row: its name and its figures.
pub(super) fn row(name: &str, cells: impl IntoIterator<Item = String>) -> Markup {
    html! { tr { th scope="row" { (name) } @for cell in cells { td { (cell) } } } }
}

/// Pairs of a name and a fact.
pub(super) fn facts(pairs: &[(&str, String)]) -> Markup {
    html! {
        dl.facts { @for (name, fact) in pairs { div { dt { (name) } dd { (fact) } } } }
    }
}

/// A sentence as it also goes into Markdown: what stands between backticks is set as code, and a backtick without a second one stays.
pub(super) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        @for (place, part) in parts.iter().enumerate() {
            @if place % 2 == 0 { (part) }
            @else if place + 1 < parts.len() { code { (part) } }
            @else { "`" (part) }
        }
    }
}
