use super::*;

fn levels(levels: &[(usize, f64)], noise: f64, seed: u64) -> Vec<f64> {
    let mut draw = Draw::new(seed);
    let values = levels
        .iter()
        .flat_map(|(count, level)| vec![*level; *count]);
    values
        .map(|level| level * (1.0 + noise * draw.normal()))
        .collect()
}

#[test]
fn changes_of_level_are_found_where_they_are() {
    let history = levels(&[(30, 100.0), (30, 110.0), (20, 95.0)], 0.02, 1);
    let found = change_points(&[history], 7);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].at.abs_diff(30) <= 2 && found[1].at.abs_diff(60) <= 2,
        "{found:?}"
    );
    let relative = found[0].relative().expect("not from 0");
    assert!((relative - 0.1).abs() < 0.02, "{relative}");
}

#[test]
fn level_histories_have_no_changes_but_few() {
    let histories: Vec<Vec<f64>> = (0..60)
        .map(|seed| levels(&[(40, 100.0)], 0.05, 100 + seed))
        .collect();
    let found = change_points(&histories, 7);
    // Under no change at all any report is a false one, and 5 % of such nights have one.
    assert!(found.len() <= 2, "{found:?}");
}

#[test]
fn one_odd_night_is_no_change_of_level() {
    let mut history = levels(&[(40, 100.0)], 0.01, 3);
    history[20] = 300.0;
    assert!(change_points(&[history], 7).is_empty());
}

#[test]
fn the_same_history_has_the_same_changes_and_a_factor_changes_nothing() {
    let history = levels(&[(20, 1.0), (20, 1.2)], 0.02, 5);
    let scaled: Vec<f64> = history.iter().map(|value| value * 1024.0).collect();
    let (a, b) = (
        change_points(std::slice::from_ref(&history), 1),
        change_points(&[scaled], 1),
    );
    assert_eq!(a, change_points(&[history], 1));
    assert_eq!(a.len(), 1);
    assert_eq!((a[0].at, b.len(), b[0].at), (20, 1, 20));
}

#[test]
fn short_constant_and_broken_series_are_no_problem() {
    let odd = [
        vec![],
        vec![1.0; 7],
        vec![1.0; 100],
        vec![f64::NAN; 50],
        vec![0.0; 30],
    ];
    assert!(change_points(&odd, 1).is_empty());
    let long = levels(&[(400, 1.0), (200, 2.0)], 0.01, 9);
    let found = change_points(&[long], 1);
    assert_eq!(found.iter().map(|one| one.at).collect::<Vec<_>>(), [400]);
}
