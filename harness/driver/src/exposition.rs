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
}
