//! One fit of the law: weighted Levenberg-Marquardt, started from the linearised quadratic.

/// Steps after which a fit ends however far it came; ten are usual.
const MOST_STEPS: usize = 200;

/// Throughput at one level, with the variance of its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) users: f64,
    pub(super) throughput: f64,
    pub(super) variance: f64,
}

/// A curve of the law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// Throughput of one user, per second.
    pub g: f64,
    /// Contention, at least 0.
    pub s: f64,
    /// Coherency, at least 0.
    pub k: f64,
}

impl Curve {
    /// Throughput with so many users, per second.
    pub fn at(&self, users: f64) -> f64 {
        self.g * users / self.divisor(users)
    }

    /// The level of highest throughput; `None` without coherency loss. Where contention alone forbids any gain it is 1.
    pub fn peak_users(&self) -> Option<f64> {
        (self.k > 0.0).then(|| ((1.0 - self.s).max(0.0) / self.k).sqrt().max(1.0))
    }

    /// The highest throughput, per second; without coherency loss what it comes near to, g ÷ s.
    pub fn peak(&self) -> f64 {
        self.peak_users()
            .map_or(self.g / self.s, |users| self.at(users))
    }

    fn divisor(&self, users: f64) -> f64 {
        1.0 + self.s * (users - 1.0) + self.k * users * (users - 1.0)
    }

    fn parameters(self) -> [f64; 3] {
        [self.g, self.s, self.k]
    }

    fn of([g, s, k]: [f64; 3]) -> Self {
        Self { g, s, k }
    }

    // d X / d (g, s, k).
    fn gradient(&self, users: f64) -> [f64; 3] {
        let (divisor, at) = (self.divisor(users), self.at(users));
        let by = -at / divisor;
        [at / self.g, by * (users - 1.0), by * users * (users - 1.0)]
    }
}

/// Σ ((seen − fitted)² ÷ variance).
fn misfit(points: &[Point], curve: &Curve) -> f64 {
    points
        .iter()
        .map(|point| (point.throughput - curve.at(point.users)).powi(2) / point.variance)
        .sum()
}

/// The misfit per degree of freedom: 1 where noise explains it.
pub(super) fn excess(points: &[Point], curve: &Curve) -> f64 {
    misfit(points, curve) / (points.len() as f64 - 3.0).max(1.0)
}

/// The curve of least misfit; `None` if the points are no numbers.
pub(super) fn curve(points: &[Point]) -> Option<Curve> {
    descend(points, start(points)?)
}

/// [`curve`] from a start that is near it.
pub(super) fn descend(points: &[Point], start: Curve) -> Option<Curve> {
    let (mut curve, mut damping) = (start, 1e-3);
    let mut best = misfit(points, &curve);
    for _ in 0..MOST_STEPS {
        let Some(next) = step(points, &curve, damping) else {
            break;
        };
        let misfit = misfit(points, &next);
        if misfit < best {
            let gained = best - misfit;
            (curve, best) = (next, misfit);
            damping = (damping / 10.0).max(1e-15);
            if gained <= 1e-14 * best {
                break;
            }
        } else {
            damping *= 10.0;
            if damping > 1e12 {
                break;
            }
        }
    }
    curve
        .parameters()
        .iter()
        .all(|one| one.is_finite())
        .then_some(curve)
}

// (N ÷ X) ÷ (1 ÷ g) − 1 is s (N − 1) + k N (N − 1), a parabola through the origin of N − 1: linear least squares of N ÷ X.
fn start(points: &[Point]) -> Option<Curve> {
    let (mut matrix, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
    for point in points {
        let y = point.users / point.throughput;
        let columns = [1.0, point.users - 1.0, point.users * (point.users - 1.0)];
        // The variance of N ÷ X by that of X.
        let weight = (point.throughput * point.throughput / point.users).powi(2) / point.variance;
        for row in 0..3 {
            for column in 0..3 {
                matrix[row][column] += weight * columns[row] * columns[column];
            }
            right[row] += weight * columns[row] * y;
        }
    }
    let first = points.first()?;
    let usual = Curve {
        g: first.throughput / first.users,
        s: 0.01,
        k: 1e-4,
    };
    let solved = solve(matrix, right).filter(|[a, ..]| *a > 0.0);
    Some(solved.map_or(usual, |[a, b, c]| Curve {
        g: 1.0 / a,
        s: (b / a).max(0.0),
        k: (c / a).max(0.0),
    }))
}

// One damped step. A parameter at its bound that wants to go beyond it stays there and is left out of the system.
fn step(points: &[Point], curve: &Curve, damping: f64) -> Option<Curve> {
    let (mut matrix, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
    for point in points {
        let gradient = curve.gradient(point.users);
        let miss = (point.throughput - curve.at(point.users)) / point.variance;
        for row in 0..3 {
            for column in 0..3 {
                matrix[row][column] += gradient[row] * gradient[column] / point.variance;
            }
            right[row] += gradient[row] * miss;
        }
    }
    let mut parameters = curve.parameters();
    for at in 0..3 {
        matrix[at][at] *= 1.0 + damping;
        let is_held = at > 0 && parameters[at] <= 0.0 && right[at] <= 0.0;
        if is_held {
            matrix[at] = [0.0; 3];
            for row in &mut matrix {
                row[at] = 0.0;
            }
            (matrix[at][at], right[at]) = (1.0, 0.0);
        }
    }
    let change = solve(matrix, right)?;
    for at in 0..3 {
        parameters[at] += change[at];
    }
    let next = Curve::of([
        parameters[0],
        parameters[1].max(0.0),
        parameters[2].max(0.0),
    ]);
    (next.g > 0.0).then_some(next)
}

// Cramer's rule on the system scaled to a diagonal of 1, because s and k differ by orders of magnitude.
fn solve(matrix: [[f64; 3]; 3], right: [f64; 3]) -> Option<[f64; 3]> {
    let scale: [f64; 3] = std::array::from_fn(|at| matrix[at][at].abs().sqrt().recip());
    let scaled: [[f64; 3]; 3] = std::array::from_fn(|row| {
        std::array::from_fn(|column| matrix[row][column] * scale[row] * scale[column])
    });
    let right: [f64; 3] = std::array::from_fn(|at| right[at] * scale[at]);
    let whole = determinant(&scaled);
    let solved = std::array::from_fn(|column| {
        let mut replaced = scaled;
        for row in 0..3 {
            replaced[row][column] = right[row];
        }
        determinant(&replaced) / whole * scale[column]
    });
    solved
        .iter()
        .all(|one: &f64| one.is_finite())
        .then_some(solved)
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}
