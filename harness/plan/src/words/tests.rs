#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::parse;

fn words(schedule: &str) -> String {
    let text = format!("schema = 1\nname = \"t\"\nseed = 42\n{schedule}\n");
    parse::plan(&text, "test").unwrap().words()
}

#[test]
fn thousands_are_set_apart() {
    let all = [0, 999, 1_000, 40_000, 1_234_567].map(grouped);
    assert_eq!(all, ["0", "999", "1 000", "40 000", "1 234 567"]);
}

#[test]
fn shapes_are_told_part_by_part() {
    assert_eq!(
        words(
            "phases = { warmup = \"5s\" }\n[schedule]\nshape = [ { ramp_to = 5000, over = \"10s\" }, { hold = \"60s\" }, { spike_to = 15000, for = \"2s\" } ]"
        ),
        "open, Poisson, ramp from 0 to 5 000 over 10 s, then 5 000 for 60 s, then spike of 15 000 for 2 s (arrivals/s), in all 72 s after 5 s of warm-up = about 355 000 arrivals, up to 2 000 in flight, seed 42"
    );
    assert_eq!(
        words(
            "model = \"closed\"\nphases = { warmup = \"5s\" }\n[schedule]\nthink = \"1s\"\nstart = 5\nshape = [ { hold = \"10s\" }, { step_to = 7, for = \"1s\" }, { sine = 2, period = \"4s\", for = \"8s\" } ]"
        ),
        "closed, from 5: 5 for 10 s, then step to 7 for 1 s, then wave of ±2 around 7 every 4 s for 8 s (users), 1 s of think time, in all 19 s after 5 s of warm-up, seed 42"
    );
}

#[test]
fn many_parts_are_summed_up() {
    let parts = "{ ramp_to = 10, over = \"1s\" }, ".repeat(7);
    let said = words(&format!("[schedule]\nshape = [ {parts} ]"));
    assert!(
        said.contains("a shape of 7 parts from 0 over at most 10 to 10 arrivals/s"),
        "{said}"
    );
}

#[test]
fn what_is_found_out_on_the_way_is_said_with_its_bound() {
    assert_eq!(
        words(
            "model = \"partly-open\"\nphases = { duration = \"10s\", until = \"p99+-5%\", budget = \"2m\" }\n[schedule]\narrivals = \"constant\"\nrate = 10\non_full = \"drop\""
        ),
        "partly-open, constant, 10 arrivals/s for 10 s after a warm-up that ends when it is steady, 60 s at most = 100 arrivals, up to 64 in flight, dropped beyond, longer until p99±5%, 120 s at most, seed 42"
    );
    let replay = words("[schedule]\narrivals = \"replay\"\nfile = \"a.txt\"");
    assert!(
        replay.starts_with("open, replay of a.txt after a warm-up"),
        "{replay}"
    );
}
