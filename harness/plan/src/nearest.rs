//! The nearest known word, for hints.

/// The word of `known` that is at most a third of its letters away from `given`.
pub(crate) fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let measured = known.iter().map(|word| (distance(given, word), *word));
    let (away, word) = measured.min_by_key(|(away, _)| *away)?;
    (away <= word.chars().count().div_ceil(3)).then_some(word)
}

// Levenshtein's distance, one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["transfer", "read_balance", "rate"];
        assert_eq!(nearest("transfr", &known), Some("transfer"));
        assert_eq!(nearest("raet", &known), Some("rate"));
        assert_eq!(nearest("zzz", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
