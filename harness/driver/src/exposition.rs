//! A target's `/metrics`, read for a few sums.

/// Text in Prometheus' exposition format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposition {
    /// As it was served.
    pub text: String,
}

impl Exposition {
    /// The sum over all series of the family `name`; `None` if there is none.
    pub fn sum(&self, name: &str) -> Option<f64> {
        let values: Vec<f64> = self
            .text
            .lines()
            .filter_map(|line| value_of(line, name))
            .collect();
        (!values.is_empty()).then(|| values.iter().sum())
    }

    /// The series of the family `name`: the values of these labels, empty where a series does not have one, and the number.
    pub fn by_labels<const N: usize>(
        &self,
        name: &str,
        labels: [&str; N],
    ) -> impl Iterator<Item = ([String; N], f64)> {
        self.text.lines().filter_map(move |line| {
            let value = value_of(line, name)?;
            Some((labels.map(|label| label_of(line, label)), value))
        })
    }
}

fn value_of(line: &str, name: &str) -> Option<f64> {
    let rest = line.strip_prefix(name)?;
    // Label values may hold blanks and brackets; the value stands behind the last bracket.
    let behind = match rest.as_bytes().first()? {
        b'{' => &rest[rest.rfind('}')? + 1..],
        b' ' => rest,
        _ => return None,
    };
    behind.split_ascii_whitespace().next()?.parse().ok()
}

// Escaped as the format asks: a backslash before backslash and quote, `\\n` for the end of a line.
fn label_of(line: &str, label: &str) -> String {
    let begins = |at: &usize| {
        let before = line[..*at].chars().next_back();
        matches!(before, Some('{' | ','))
    };
    let opening = format!("{label}=\"");
    let found = line.match_indices(&opening).map(|(at, _)| at).find(begins);
    let mut value = String::new();
    let mut rest = found.map_or("", |at| &line[at + opening.len()..]).chars();
    while let Some(letter) = rest.next() {
        match letter {
            '"' => break,
            '\\' => match rest.next() {
                Some('n') => value.push('\n'),
                Some(escaped) => value.push(escaped),
                None => break,
            },
            _ => value.push(letter),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_one_family_are_summed() {
        let exposition = Exposition {
            text: "# HELP a_total x\n# TYPE a_total counter\na_total{r=\"/x y}\"} 3\na_total{r=\"z\"} 4.5 1700000000\nab_total 9\n".into(),
        };
        assert_eq!(exposition.sum("a_total"), Some(7.5));
        assert_eq!(exposition.sum("ab_total"), Some(9.0));
        assert_eq!(exposition.sum("a"), None);
    }

    #[test]
    fn labels_are_read_as_they_were_before_they_were_escaped() {
        let exposition = Exposition {
            text: "a{site=\"x.rs:1\",my_kind=\"no\",kind=\"t\\\"\\\\,}\"} 3\na{kind=\"u\"} 4\nb{kind=\"v\"} 5\n".into(),
        };
        let read: Vec<_> = exposition.by_labels("a", ["kind", "site"]).collect();
        let [first, second] =
            [["t\"\\,}", "x.rs:1"], ["u", ""]].map(|labels| labels.map(str::to_owned));
        assert_eq!(read, [(first, 3.0), (second, 4.0)]);
    }
}
