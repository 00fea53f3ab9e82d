use super::*;

const ALL: Seen = Seen {
    stdout_is_terminal: true,
    stderr_is_terminal: true,
    foreground: true,
};

#[test]
fn a_terminal_of_our_own_is_a_screen() {
    assert_eq!(Surface::of(ALL, Some("xterm-256color")), Surface::Screen);
}

#[test]
fn a_piped_result_or_a_background_job_leaves_one_line() {
    let piped = Seen {
        stdout_is_terminal: false,
        ..ALL
    };
    let background = Seen {
        foreground: false,
        ..ALL
    };
    for seen in [piped, background] {
        assert_eq!(Surface::of(seen, Some("xterm")), Surface::Line, "{seen:?}");
    }
}

#[test]
fn a_dumb_or_unnamed_terminal_is_paper() {
    let file = Seen {
        stderr_is_terminal: false,
        ..ALL
    };
    assert_eq!(Surface::of(file, Some("xterm")), Surface::Paper);
    for term in [None, Some(""), Some("dumb")] {
        assert_eq!(Surface::of(ALL, term), Surface::Paper, "{term:?}");
    }
}

#[test]
fn a_run_is_shown_as_asked_where_there_is_room() {
    use Manner::{Bar, Lines, Quiet, View};
    let surfaces = [Surface::Paper, Surface::Line, Surface::Screen];
    let shown = |wish| surfaces.map(|surface| Manner::of(wish, surface));
    assert_eq!(shown(Wish::View), [Lines, Bar, View]);
    assert_eq!(shown(Wish::Bar), [Lines, Bar, Bar]);
    assert_eq!(shown(Wish::Silence), [Quiet, Quiet, Quiet]);
}
