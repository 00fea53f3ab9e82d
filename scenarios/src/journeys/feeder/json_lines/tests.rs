#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

fn cell(table: &Table, row: u64, column: &str) -> String {
    let mut out = String::new();
    table.write(row, table.column(column).unwrap(), &mut out);
    out
}

#[test]
fn strings_are_themselves_and_everything_else_is_json() {
    let text = r#"{"id": 1, "name": "Ada \"A\"", "tags": ["x", {"y": null}], "on": true}

{"on": null, "name": "é", "id": -2.5, "tags": {}, "more": 1}
"#;
    let table = table(text.as_bytes(), "a.jsonl").unwrap();
    assert_eq!(table.rows(), 2);
    assert_eq!(cell(&table, 0, "name"), "Ada \"A\"");
    assert_eq!(cell(&table, 0, "tags"), r#"["x",{"y":null}]"#);
    assert_eq!(cell(&table, 0, "on"), "true");
    assert_eq!(cell(&table, 1, "id"), "-2.5");
    assert_eq!(cell(&table, 1, "on"), "null");
    assert_eq!(table.column("more"), None);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let fault = |text: &str| table(text.as_bytes(), "a.jsonl").unwrap_err();
    let lacking = fault("{\"a\":1}\n\n{\"b\":1}");
    assert_eq!(lacking, "a.jsonl:3: lacks \"a\", which the first row has");
    assert!(fault("{\"a\":1}\n[1]\n").starts_with("a.jsonl:2: is not a JSON object"));
    assert!(fault("{\"a\":\n1}").starts_with("a.jsonl:1: is not a JSON object"));
    assert_eq!(fault("\n \n"), "a.jsonl: has no rows");
    assert_eq!(fault("{}"), "a.jsonl:1: has no columns");
}

proptest! {
    #[test]
    fn any_string_comes_back(rows in prop::collection::vec("(?s).{0,12}", 1..8)) {
        let lines = rows.iter().map(|row| format!("{}\n", serde_json::json!({ "v": row })));
        let table = table(lines.collect::<String>().as_bytes(), "a.jsonl").unwrap();
        let read: Vec<_> = (0..table.rows()).map(|row| cell(&table, row, "v")).collect();
        prop_assert_eq!(read, rows);
    }
}
