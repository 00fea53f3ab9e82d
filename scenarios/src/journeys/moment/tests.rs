#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

const HERE: Moment = Moment {
    seed: 1,
    arrival: 2,
    user: 3,
    step: 4,
};

fn uuid(moment: Moment) -> String {
    let mut out = String::new();
    moment.write_uuid(&mut out);
    out
}

#[test]
fn a_uuid_depends_on_seed_arrival_and_step_and_not_on_the_user() {
    assert_eq!(uuid(HERE), uuid(Moment { user: 9, ..HERE }));
    for other in [
        Moment { seed: 9, ..HERE },
        Moment { arrival: 9, ..HERE },
        Moment { step: 9, ..HERE },
    ] {
        assert_ne!(uuid(HERE), uuid(other));
    }
}

#[test]
fn random_numbers_reach_both_bounds_and_all_between() {
    let mut seen = [0; 5];
    for arrival in 0..1000 {
        seen[(Moment { arrival, ..HERE }.random(-2, 2) + 2) as usize] += 1;
    }
    // 200 expected each, standard deviation 13: six of them.
    assert!(
        seen.iter().all(|&n: &i32| (120..280).contains(&n)),
        "{seen:?}"
    );
}

proptest! {
    #[test]
    fn a_uuid_has_the_form_of_one(seed in any::<u64>(), arrival in any::<u64>(), step in 0..100_usize) {
        let text = uuid(Moment { seed, arrival, user: 0, step });
        prop_assert_eq!(crate::id::text(crate::id::parse(&text).unwrap()), text.clone());
        prop_assert_eq!(&text[14..15], "4");
        prop_assert!("89ab".contains(&text[19..20]));
    }

    #[test]
    fn random_numbers_stay_within_any_bounds(arrival in any::<u64>(), a in any::<i64>(), b in any::<i64>()) {
        let (from, to) = (a.min(b), a.max(b));
        let drawn = Moment { arrival, ..HERE }.random(from, to);
        prop_assert!((from..=to).contains(&drawn));
    }

    #[test]
    fn pauses_stay_within_their_range(arrival in any::<u64>(), least in 0..5_000_u64, more in 0..5_000_u64) {
        let think = Think {
            least: Duration::from_millis(least),
            most: Duration::from_millis(least + more),
        };
        let drawn = Moment { arrival, ..HERE }.pause(think);
        prop_assert!(drawn >= think.least && drawn <= think.most);
    }
}
