use super::*;

#[test]
fn users_are_averaged_over_the_time_that_they_were_there() {
    let text = "schema = 1\nname = \"x\"\nmodel = \"closed\"\n[schedule]\nshape = [ { ramp_to = 10, over = \"10s\" }, { hold = \"10s\" } ]\n[[scenario]]\nname = \"get\"\n";
    let plan = plan::parse::plan(text, "x").unwrap_or_else(|error| panic!("{error}"));
    // Half of ten while they come, ten then.
    let mean = users_mean(&plan, Duration::from_secs(20));
    assert!((mean - 7.5).abs() < 0.2, "{mean}");
    let cut_short = users_mean(&plan, Duration::from_secs(10));
    assert!((cut_short - 5.0).abs() < 0.2, "{cut_short}");
}
