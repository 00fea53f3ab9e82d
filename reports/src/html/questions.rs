//! Six questions that a reader of any benchmark should ask, with what this run has to say to them.

use super::page;
use maud::{Markup, html};
use record::run::RunRecord;
use stats::Judgement;

/// After the verdict: what it is worth.
pub(super) fn section(record: &RunRecord, judgement: &Judgement) -> Markup {
    let answers = stats::six(record, judgement);
    let content = html! {
        dl.questions {
            @for one in &answers {
                div { dt { (one.question) } dd .muted[!one.is_known()] { (one.text) } }
            }
        }
    };
    page::section("questions", "Six questions", &content)
}
