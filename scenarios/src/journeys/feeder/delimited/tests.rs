#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

fn cells(table: &Table) -> Vec<Vec<String>> {
    let row = |row| {
        let cell = |column| {
            let mut out = String::new();
            table.write(row, column, &mut out);
            out
        };
        (0..table.columns().len()).map(cell).collect()
    };
    (0..table.rows()).map(row).collect()
}

#[test]
fn a_file_as_spreadsheets_write_it_is_read() {
    let text = "\u{feff}id, name\r\n1,\"Ada, \"\"the\"\" first\"\r\n\r\n2,\"two\nlines\"\r\n";
    let table = table(text.as_bytes(), "people.csv").unwrap();
    assert_eq!(table.columns(), ["id", "name"]);
    assert_eq!(
        cells(&table),
        [["1", "Ada, \"the\" first"], ["2", "two\nlines"]]
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let fault = |text: &str| table(text.as_bytes(), "a.csv").unwrap_err();
    assert_eq!(
        fault("id,name\n1,a\n\n2\n"),
        "a.csv:4: has 1 cells, the head has 2"
    );
    assert_eq!(
        fault("id,name\n1,\"a\nb\"\n2,c,d\n"),
        "a.csv:4: has 3 cells, the head has 2"
    );
    assert_eq!(
        fault("id,id\n1,2\n"),
        "a.csv:1: column \"id\" is there twice"
    );
    assert_eq!(fault("id,\n1,2\n"), "a.csv:1: column 2 has no name");
    assert_eq!(fault("id\n"), "a.csv: has no rows");
    assert!(fault("").starts_with("a.csv:1: "), "{}", fault(""));
    let bytes = table(b"id,name\n1,a\n2,\xff\n", "a.csv").unwrap_err();
    assert_eq!(bytes, "a.csv:3: is not UTF-8 in cell 2");
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn quoted_cells_come_back_whatever_is_in_them(rows in prop::collection::vec(["(?s).{0,9}", "[\",\r\n ]{0,9}"], 1..9)) {
        let lines = rows.iter().map(|[a, b]| format!("{},{}\n", quoted(a), quoted(b)));
        let text = format!("a,b\n{}", lines.collect::<String>());
        let table = table(text.as_bytes(), "a.csv").unwrap();
        prop_assert_eq!(cells(&table), rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b','), Just(b'"'), Just(b'\n')], 0..60)) {
        let _ = table(&bytes, "a.csv");
    }
}
