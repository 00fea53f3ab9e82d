#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::live::Palette;
use crate::live::terminal::state::{Figures, Head, Quantiles, StepRow};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;
use record::phase::Phase;
use record::run::{Model, Span as Stretch};
use std::time::Duration;

fn head(steps: usize) -> Head {
    let names = ["transfer/transfer", "read/balance", "read/history"];
    Head {
        plan: "canonical".to_owned(),
        words: "open, Poisson, 5,000 arrivals/s for 40 s after 10 s of warm-up = about 200,000 arrivals, up to 1,000 in flight, seed 42"
            .to_owned(),
        target: "http://127.0.0.1:8080/".to_owned(),
        model: Model::Open,
        steps: (0..steps)
            .map(|at| names.get(at).map_or_else(|| format!("more/step-{at}"), |&name| name.to_owned()))
            .collect(),
    }
}

/// Numbers that look thrown and are the same each time.
fn thrown(second: u64, salt: u64, below: u64) -> u64 {
    let mixed = (second + 1)
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(salt);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) % below.max(1)
}

fn figures(second: u64, steps: usize) -> Figures {
    let stall = if second == 33 { 200 } else { 1 };
    let of = |count, scale: u64| Quantiles {
        count,
        p50: scale * (100_000 + thrown(second, 1, 20_000)),
        p99: scale * stall * (400_000 + 10 * thrown(second, 2, 30_000)),
    };
    let step = |at: usize| StepRow {
        failed: if at == 1 { 17 } else { 0 },
        good: (at != 2).then(|| of(second * 1_500, at as u64 + 1)),
    };
    Figures {
        span: Stretch {
            start: Duration::from_secs(second),
            end: Duration::from_secs(second + 1),
        },
        phase: if second < 10 {
            Phase::Warmup
        } else {
            Phase::Steady
        },
        remaining: Duration::from_secs(49_u64.saturating_sub(second)),
        due: 5_013,
        ended: 4_512,
        committed: 4_500,
        requests: 4_512,
        failed: 12,
        in_flight: 1_000,
        backlog: 498,
        dropped: 3,
        response: Some(of(4_500, 1)),
        send_delay: Some(Quantiles {
            count: 4_600,
            p50: 20_000,
            p99: 98_765_432,
        }),
        counted: if second < 10 {
            Phase::Warmup
        } else {
            Phase::Steady
        },
        steps: (0..steps).map(step).collect(),
    }
}

/// A run after so many windows, half a second into the next.
fn state(windows: u64, steps: usize) -> State {
    let mut state = State::new(head(steps), Palette::Plain, figures(0, steps));
    for second in 1..windows {
        state.add(figures(second, steps));
    }
    state.since = Duration::from_millis(500);
    state
}

fn drawn(state: &State, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, state)).unwrap();
    terminal.backend().clone()
}

fn shows(state: &State, (width, height): (u16, u16), expected: &Expect) {
    expected.assert_eq(&drawn(state, width, height).to_string());
}

#[test]
fn a_usual_terminal_shows_everything() {
    shows(
        &state(40, 3),
        (80, 24),
        &expect![[r#"
            " canonical → http://127.0.0.1:8080/                                      steady "
            " open, Poisson, 5,000 arrivals/s for 40 s after 10 s of warm-up = about 200,000…"
            " ███████████████████████████████████████████▊           40 s of 50 s, 10 s left "
            " last window  percentiles of 4,500 answers, 4,600 first sends ──────────────────"
            " offered          5,013/s  requests, QPS    4,512/s  committed, TPS   4,500/s   "
            " response p50      117 µs  response p99      571 µs  send delay p99   98.8 ms   "
            " failed        12 (0.3 %)  in flight          1,000  waiting      498, 3 lost   "
            " response time ⠒⠒ p99 •• p50 by the second ─────────────────────────────────────"
            " 1.00 s│                                                                        "
            "       │                                                            ⢀⡆          "
            " 100 ms│                                                            ⡜⢸          "
            "10.0 ms│                                                           ⢠⠃⠈⡆         "
            "1.00 ms│  ⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⠤⢄⣀⣀⣀⣀⣀⠤⠤⠤⠤⠤⠤⠤⣀ ⣀⣀⣀⡠⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⠤⠤⣀⣀⣀⡠⠎  ⢱⣀⣀⣀⣀⣀⣀⣀⣀⣀"
            " 100 µs│  ••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••"
            "       └────────────────────────────────────────────────────────────────────────"
            "     0 s                                  20 s                              40 s"
            " offered   ████████████████████████████████████████████████████████     5,013/s "
            " achieved  ██████████████████████████████████████████████████▍          4,512/s "
            " steps of the steady phase so far, response times of good answers ──────────────"
            "                                     good       failed          p50          p99"
            " transfer/transfer                 58,500            0       117 µs       571 µs"
            " read/balance                      58,500           17       234 µs      1.14 ms"
            " read/history                           0            0            -            -"
            " q or Ctrl-C: stop, and keep what was measured                                  "
        "#]],
    );
}

#[test]
fn a_large_terminal_shows_more_of_the_chart_and_all_steps() {
    shows(
        &state(40, 9),
        (120, 40),
        &expect![[r#"
            " canonical → http://127.0.0.1:8080/                                                                              steady "
            " open, Poisson, 5,000 arrivals/s for 40 s after 10 s of warm-up = about 200,000 arrivals, up to 1,000 in flight, seed 42"
            " ████████████████████████████████████████████████████████████████████████████▏                  40 s of 50 s, 10 s left "
            " last window  percentiles of 4,500 answers, 4,600 first sends ──────────────────────────────────────────────────────────"
            " offered              5,013/s            requests, QPS        4,512/s            committed, TPS       4,500/s           "
            " response p50          117 µs            response p99          571 µs            send delay p99       98.8 ms           "
            " failed            12 (0.3 %)            in flight              1,000            waiting          498, 3 lost           "
            " response time ⠒⠒ p99 •• p50 by the second ─────────────────────────────────────────────────────────────────────────────"
            " 1.00 s│                                                                                                                "
            "       │                                                                                                                "
            "       │                                                                                                                "
            "       │                                                                                               ⡄                "
            " 100 ms│                                                                                              ⢠⢣                "
            "       │                                                                                              ⢸⢸                "
            "       │                                                                                              ⡇⠘⡄               "
            "       │                                                                                             ⢠⠃ ⡇               "
            "10.0 ms│                                                                                             ⢸  ⢱               "
            "       │                                                                                             ⡇  ⢸               "
            "       │                                                                                            ⢠⠃   ⡇              "
            "       │                                                                                            ⢸    ⡇              "
            "1.00 ms│   ⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⡀ ⢀⣀⡀    ⣀⣀        ⢀⡠⢄⡀       ⢀⡠⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀     ⢀⣀⣀⣀⣀⣀⣀⣀    ⣀⣀⣀⣀⣀   ⣀⣀⡠⠤⢄⡀     ⣀⠇    ⢸⣀⣀⣀⣀      ⣀⣀⣀⣀"
            "       │             ⠈⠉⠁ ⠈⠉⠒⠊⠉  ⠉⠉⠉⠉⠉⠑⠒⠊⠁  ⠈⠉⠉⠒⠒⠒⠒⠊⠁           ⠉⠒⠊⠉⠉⠁       ⠉⠒⠊⠉     ⠉⠉⠉     ⠈⠑⠒⠒⠒⠉           ⠉⠉⠉⠒⠒⠉    "
            "       │                                                                                                                "
            " 100 µs│   •••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••••"
            "       └────────────────────────────────────────────────────────────────────────────────────────────────────────────────"
            "     0 s                                                      20 s                                                  40 s"
            " offered   ████████████████████████████████████████████████████████████████████████████████████████████████     5,013/s "
            " achieved  ██████████████████████████████████████████████████████████████████████████████████████▍              4,512/s "
            " steps of the steady phase so far, response times of good answers ──────────────────────────────────────────────────────"
            "                                                                             good       failed          p50          p99"
            " transfer/transfer                                                         58,500            0       117 µs       571 µs"
            " read/balance                                                              58,500           17       234 µs      1.14 ms"
            " read/history                                                                   0            0            -            -"
            " more/step-3                                                               58,500            0       468 µs      2.28 ms"
            " more/step-4                                                               58,500            0       585 µs      2.85 ms"
            " more/step-5                                                               58,500            0       702 µs      3.42 ms"
            " more/step-6                                                               58,500            0       819 µs      4.00 ms"
            " more/step-7                                                               58,500            0       936 µs      4.57 ms"
            " more/step-8                                                               58,500            0      1.05 ms      5.14 ms"
            " q or Ctrl-C: stop, and keep what was measured                                                                          "
        "#]],
    );
}

#[test]
fn a_small_terminal_shows_the_most_important() {
    shows(
        &state(40, 3),
        (40, 10),
        &expect![[r#"
            " canonical → http://127.0.0.1:8… steady "
            " open, Poisson, 5,000 arrivals/s for 40…"
            " ███████████▍   40 s of 50 s, 10 s left "
            " last window  percentiles of 4,500 answe"
            " offered              5,013/s           "
            " requests, QPS        4,512/s           "
            " committed, TPS       4,500/s           "
            " response p50          117 µs           "
            " response p99          571 µs           "
            " q or Ctrl-C: stop, and keep what was me"
        "#]],
    );
}

#[test]
fn steps_without_room_are_counted() {
    let text = drawn(&state(40, 300), 80, 24).to_string();
    assert!(text.contains("… and 296 more"), "{text}");
}

#[test]
fn a_long_run_says_how_many_windows_share_a_place() {
    let text = drawn(&state(1_000, 1), 80, 24).to_string();
    assert!(text.contains("highest of every"), "{text}");
}

#[test]
fn a_closed_run_offers_what_is_answered() {
    let mut state = state(3, 1);
    state.head.model = Model::Closed;
    let text = drawn(&state, 80, 24).to_string();
    assert!(text.contains("as answered"), "{text}");
}

#[test]
fn the_plain_palette_draws_no_colour_and_the_other_one_does() {
    let coloured = |palette| {
        let state = State {
            palette,
            ..state(40, 3)
        };
        let screen = drawn(&state, 80, 24);
        let cells = screen.buffer().content.iter();
        cells
            .filter(|cell| (cell.fg, cell.bg) != (Color::Reset, Color::Reset))
            .count()
    };
    assert_eq!(coloured(Palette::Plain), 0);
    assert!(coloured(Palette::Colours) > 0);
}

#[test]
fn everything_stays_on_the_screen_and_nothing_overlaps() {
    for height in 0..80 {
        for steps in [0, 1, 5, 100] {
            let areas = Areas::of(Rect::new(0, 0, 80, height), steps);
            let stack = [
                areas.head,
                areas.figures,
                areas.chart,
                areas.bars,
                areas.steps,
                areas.foot,
            ];
            let mut y = 0;
            for area in stack.into_iter().filter(|area| area.height > 0) {
                assert!(area.y >= y, "{height} {steps}: {areas:?}");
                y = area.bottom();
            }
            assert!(y <= height, "{height} {steps}: {areas:?}");
        }
    }
}

fn any_quantiles() -> impl Strategy<Value = Option<Quantiles>> {
    prop::option::of((any::<u64>(), any::<u64>(), any::<u64>()))
        .prop_map(|of| of.map(|(count, p50, p99)| Quantiles { count, p50, p99 }))
}

fn any_phase() -> impl Strategy<Value = Phase> {
    prop::sample::select(vec![
        Phase::Setup,
        Phase::Warmup,
        Phase::Steady,
        Phase::Drain,
    ])
}

prop_compose! {
    fn any_figures()(
        times in prop::array::uniform3(any::<Duration>()),
        phase in any_phase(),
        counts in prop::array::uniform8(any::<u64>()),
        response in any_quantiles(),
        send_delay in any_quantiles(),
        steps in prop::collection::vec((any::<u64>(), any_quantiles()), 0..12),
    ) -> Figures {
        let [start, end, remaining] = times;
        let [due, ended, committed, requests, failed, in_flight, backlog, dropped] = counts;
        Figures {
            span: Stretch { start: start.min(end), end: end.max(start) },
            phase, remaining, due, ended, committed, requests, failed, in_flight, backlog, dropped, response, send_delay,
            counted: phase,
            steps: steps.into_iter().map(|(failed, good)| StepRow { failed, good }).collect(),
        }
    }
}

proptest! {
    #[test]
    fn any_figures_fit_any_terminal(
        windows in prop::collection::vec(any_figures(), 1..8),
        words in ".{0,90}",
        steps in 0usize..12,
        since in any::<Duration>(),
        (width, height) in (0u16..200, 0u16..70),
    ) {
        let mut state = State::new(head(steps), Palette::Colours, windows[0].clone());
        state.head.words.clone_from(&words);
        state.head.target = words;
        for figures in windows {
            state.add(figures);
        }
        state.since = since;
        drawn(&state, width, height);
    }
}
