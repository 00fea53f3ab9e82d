#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn cell(table: &Table, row: u64, column: usize) -> String {
    let mut out = String::new();
    table.write(row, column, &mut out);
    out
}

#[test]
fn numbers_need_no_memory_and_reach_both_ends() {
    let table = Table::numbers(-1, 2).unwrap();
    assert_eq!(table.rows(), 4);
    assert_eq!(table.columns(), ["value"]);
    assert_eq!([0, 3].map(|row| cell(&table, row, 0)), ["-1", "2"]);
    let most = Table::numbers(i64::MIN + 1, i64::MAX).unwrap();
    assert_eq!(cell(&most, most.rows() - 1, 0), i64::MAX.to_string());
}

#[test]
fn numbers_that_are_none_or_too_many_are_refused() {
    assert!(Table::numbers(2, 1).is_err());
    assert!(Table::numbers(i64::MIN, i64::MAX).is_err());
    assert_eq!(Table::numbers(1, 1).unwrap().rows(), 1);
}

#[test]
fn values_are_rows_of_one_column() {
    let table = Table::values(&["a".to_owned(), String::new(), "c".to_owned()]).unwrap();
    assert_eq!(table.rows(), 3);
    assert_eq!([0, 1, 2].map(|row| cell(&table, row, 0)), ["a", "", "c"]);
    assert_eq!(table.column("value"), Some(0));
    assert_eq!(table.column("id"), None);
    assert!(Table::values(&[]).is_err());
}

#[test]
fn heads_without_names_or_with_the_same_twice_are_refused() {
    let head = |names: &[&str]| Cells::new(names.iter().map(|&name| name.to_owned()).collect());
    assert!(head(&["a", ""]).unwrap_err().contains("column 2"));
    assert!(head(&["a", "b", "a"]).unwrap_err().contains("\"a\""));
    assert!(head(&[]).is_err());
}
