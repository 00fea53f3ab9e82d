//! The terminal while it is ours: another screen, keys unread by the shell, no cursor. Given back on every way out.

use super::draw::draw;
use super::state::State;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use std::io::{BufWriter, Stderr, stderr};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// True while the terminal is ours. A static, because a panic in any thread must give it back.
static OURS: AtomicBool = AtomicBool::new(false);

/// The terminal; dropping it gives it back.
pub(super) struct Screen(Terminal<CrosstermBackend<BufWriter<Stderr>>>);

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing yet.
    Nothing,
    /// To end the run.
    Stop,
}

impl Screen {
    /// Takes the terminal. Fails where it cannot be put into raw mode, and then leaves it as it was.
    pub(super) fn take() -> std::io::Result<Self> {
        give_back_on_panic();
        // Buffered, or every cell that changed would be a system call.
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::new(stderr())))?;
        enable_raw_mode()?;
        OURS.store(true, Ordering::SeqCst);
        let screen = Self(terminal);
        // A terminal without a second screen shows what was there, and only what differs from empty is drawn.
        execute!(stderr(), EnterAlternateScreen, Clear(ClearType::All), Hide)?;
        Ok(screen)
    }

    /// False once a panic somewhere has given the terminal back.
    pub(super) fn is_ours() -> bool {
        OURS.load(Ordering::SeqCst)
    }

    /// Shows the state.
    pub(super) fn show(&mut self, state: &State) -> std::io::Result<()> {
        self.0.draw(|frame| draw(frame, state))?;
        Ok(())
    }

    /// Reads keys until `deadline`, or until one says what is wanted.
    pub(super) fn keys(deadline: Instant) -> std::io::Result<Wanted> {
        while event::poll(deadline.saturating_duration_since(Instant::now()))? {
            if let Event::Key(key) = event::read()?
                && wanted(key) == Wanted::Stop
            {
                return Ok(Wanted::Stop);
            }
            // Typing and resizing cannot make us draw more often, nor keep us from it.
            if Instant::now() >= deadline {
                break;
            }
        }
        Ok(Wanted::Nothing)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

// Raw mode makes a key of Ctrl-C. Key releases are told by some terminals only.
fn wanted(key: KeyEvent) -> Wanted {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        _ if key.kind == KeyEventKind::Release => Wanted::Nothing,
        KeyCode::Char('c' | 'C') if control => Wanted::Stop,
        KeyCode::Char('q' | 'Q') if !control => Wanted::Stop,
        _ => Wanted::Nothing,
    }
}

// Once, whoever comes first. Nothing can be done about an error here, and the message that follows matters more.
fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
        let _ = execute!(stderr(), LeaveAlternateScreen, Show);
    }
}

// Before the message is printed, so that it stays on the screen that stays.
fn give_back_on_panic() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
    });
}

/// The longest that a redraw may wait.
pub(super) const REDRAW: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_and_control_c_stop_and_other_keys_do_not() {
        let press = |code, modifiers| wanted(KeyEvent::new(code, modifiers));
        let none = KeyModifiers::NONE;
        assert_eq!(press(KeyCode::Char('q'), none), Wanted::Stop);
        assert_eq!(press(KeyCode::Char('Q'), KeyModifiers::SHIFT), Wanted::Stop);
        assert_eq!(
            press(KeyCode::Char('c'), KeyModifiers::CONTROL),
            Wanted::Stop
        );
        for (code, modifiers) in [
            (KeyCode::Char('c'), none),
            (KeyCode::Char('q'), KeyModifiers::CONTROL),
            (KeyCode::Esc, none),
            (KeyCode::Enter, none),
        ] {
            assert_eq!(press(code, modifiers), Wanted::Nothing, "{code:?}");
        }
    }

    #[test]
    fn letting_a_key_go_is_not_pressing_it() {
        let none = KeyModifiers::NONE;
        let release = KeyEvent::new_with_kind(KeyCode::Char('q'), none, KeyEventKind::Release);
        assert_eq!(wanted(release), Wanted::Nothing);
    }
}
