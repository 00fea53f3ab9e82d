//! The test against all orders, and what is and is not called a leak.

use super::*;
use record::specimen;

#[test]
fn the_chance_is_that_of_all_orders_counted_one_by_one() {
    fn orders(rest: &[u64]) -> Vec<Vec<u64>> {
        if rest.is_empty() {
            return vec![Vec::new()];
        }
        let each = (0..rest.len()).flat_map(|at| {
            let mut others = rest.to_vec();
            let first = others.remove(at);
            orders(&others).into_iter().map(move |mut order| {
                order.insert(0, first);
                order
            })
        });
        each.collect()
    }
    let all = orders(&[1, 2, 3, 4, 5, 6]);
    let rises = |order: &Vec<u64>| -> usize {
        let of = |at: usize| {
            order[at + 1..]
                .iter()
                .filter(|later| **later > order[at])
                .count()
        };
        (0..order.len()).map(of).sum()
    };
    for least in 0..=15 {
        let counted = all.iter().filter(|order| rises(order) >= least).count() as f64;
        let share = counted / all.len() as f64;
        assert!((at_least(6, least) - share).abs() < 1e-12, "{least}");
    }
    assert!((rising(&[1, 2, 3, 4, 5, 6, 7, 8]).unwrap() - 1.0 / 40_320.0).abs() < 1e-15);
    assert_eq!(rising(&[1, 2, 3, 4, 5, 6, 7]), None);
    // What is always the same does not rise.
    assert!((rising(&[5; 20]).unwrap() - 1.0).abs() < 1e-12);
}

fn with(counts: Vec<u64>) -> RunRecord {
    let mut record = specimen::record(&[1_000_000]);
    record.insides.live[0].counts = counts;
    record
}

#[test]
fn only_growth_that_does_not_stop_is_a_leak() {
    let leaking = with((0..20).map(|n| 30 + 10 * n).collect());
    let found = leaks(&leaking);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].from_to, (30, 220));
    // Little, level, once higher, up and down, and one that has stopped.
    for counts in [
        (0..17).collect::<Vec<u64>>(),
        vec![5000; 20],
        [vec![10; 10], vec![500; 10]].concat(),
        (0..20).map(|n| 100 * (n % 2) + n).collect(),
        (0..20).map(|n| 100 * n.min(4)).collect(),
    ] {
        assert_eq!(leaks(&with(counts.clone())), [], "{counts:?}");
    }
}

#[test]
fn nothing_is_said_where_the_load_itself_grew_or_the_target_died() {
    let counts: Vec<u64> = (0..20).map(|n| 30 + 10 * n).collect();
    let mut ramp = with(counts.clone());
    ramp.plan.is_level = false;
    assert_eq!(leaks(&ramp), []);
    let mut died = with(counts.clone());
    died.ending = Ending::TargetDied("gone".into());
    assert_eq!(leaks(&died), []);
    // Of so many places one rises like this by chance.
    let mut many = with(vec![0, 20, 10, 40, 60, 80, 100, 90]);
    many.insides.places = 1;
    assert_eq!(leaks(&many).len(), 1);
    many.insides.places = 100;
    assert_eq!(leaks(&many), []);
}
