use super::*;
use record::run::Model;

#[test]
fn a_view_that_saw_no_window_takes_no_terminal_and_ends_when_told() {
    let head = Head {
        plan: String::new(),
        words: String::new(),
        target: String::new(),
        model: Model::Open,
        steps: Vec::new(),
    };
    let view = View::start(head, Palette::Plain).expect("a thread");
    view.leave();
    // Told twice is told once.
    view.leave();
    assert!(view.ended.load(Ordering::SeqCst));
    assert!(!Screen::is_ours());
}
