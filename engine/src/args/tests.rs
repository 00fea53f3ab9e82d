//! What is typed, read or refused with the value and what would do.

use super::*;
use crate::executor::Durability;

fn parsed(line: &str) -> Result<Request, ArgsError> {
    parse(
        line.split_whitespace().map(str::to_owned),
        Allocator::System,
    )
}

fn options(line: &str) -> Options {
    match parsed(line) {
        Ok(Request::Serve(options)) => *options,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn flags_become_options() {
    let options = options(
        "serve --listen 127.0.0.1:1 --admin [::1]:2 --threads 3 --alloc-period 0 --data /d --journal each --queue-items 5 \
         --queue-commands 7 --request-records off",
    );
    assert_eq!(options.request_records, probe::request::Level::Off);
    assert_eq!(options.listen.to_string(), "127.0.0.1:1");
    assert_eq!(
        options.admin.map(|admin| admin.to_string()).as_deref(),
        Some("[::1]:2")
    );
    assert_eq!(options.worker_threads.get(), 3);
    assert_eq!(options.alloc_period_bytes, 0);
    assert_eq!(options.data, Some(PathBuf::from("/d")));
    assert_eq!(options.durability, Durability::Each);
    assert_eq!(
        (options.queue.items.get(), options.queue.commands.get()),
        (5, 7)
    );
}

#[test]
fn durable_is_the_default() {
    let options = options("serve");
    assert_eq!(
        (options.durability, options.data),
        (Durability::Group, None)
    );
}

#[test]
fn faults_need_a_permission() {
    let line = "serve --inject cpu=5% --inject fsync=20ms";
    assert_eq!(parsed(line).map(drop), Err(ArgsError::NotAllowed));
    let allowed = options(&format!("{line} --inject-seed 4 --allow-inject"));
    assert_eq!((allowed.faults.len(), allowed.fault_seed), (2, 4));
}

#[test]
fn errors_name_the_value() {
    for (line, message) in [
        ("", "no verb given"),
        ("fly", "unknown verb \"fly\""),
        ("serve --port 1", "unknown flag \"--port\""),
        ("serve --admin", "--admin needs a value"),
        ("serve --inject", "--inject needs a value"),
        (
            "verify",
            "verify takes one folder, or the address of a store",
        ),
        (
            "lab",
            "lab takes the name of an experiment: export, journal, replay, stores, minting, codec, pool, balances or ordering",
        ),
        ("lab journal --fast", "unknown flag \"--fast\""),
        (
            "verify a b",
            "verify takes one folder, or the address of a store",
        ),
        (
            "serve --threads 0",
            "--threads is \"0\"; expected a number from 1",
        ),
        (
            "serve --queue-items 0",
            "--queue-items is \"0\"; expected a number from 1",
        ),
        (
            "serve --journal always",
            "--journal is \"always\"; expected group, each or none",
        ),
        (
            "serve --listen localhost",
            "--listen is \"localhost\"; expected an address such as 127.0.0.1:8080",
        ),
    ] {
        let error = parsed(line).expect_err(line);
        assert_eq!(error.to_string(), message);
    }
    let error = parsed("serve --inject disk=slow").expect_err("no such fault");
    assert!(
        error
            .to_string()
            .starts_with("--inject: \"disk=slow\" is no fault; known are cpu=5%")
    );
}

#[test]
fn help_is_no_error() {
    for line in ["--help", "serve --help", "verify --help"] {
        assert!(matches!(parsed(line), Ok(Request::Help)), "{line}");
    }
}

#[test]
fn an_experiment_has_numbers() {
    let line = "lab journal --entries 9 --batch 3 --callers 1 --journal each --data /d";
    let Ok(Request::LabJournal(experiment)) = parsed(line) else {
        panic!("{line}");
    };
    assert_eq!(
        (experiment.entries, experiment.batch, experiment.callers),
        (9, 3, 1)
    );
    assert_eq!(experiment.durability, Durability::Each);
}

#[test]
fn verify_takes_a_folder() {
    assert!(
        matches!(parsed("verify /d"), Ok(Request::Verify(folder)) if folder.as_os_str() == "/d")
    );
}

#[test]
fn who_may_come_in_is_read_and_no_secret_is_shown() {
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let options = options(&format!(
        "serve --operator-token t --operator-name alice --operator-key {key} --webhook a=article:hush --webhook b=standard:aHVzaA== \
         --audit-log /l"
    ));
    assert_eq!(options.operator_name, "alice");
    let shown = options.operator_key.map(|key| key.to_string());
    assert_eq!(shown.as_deref(), Some(key));
    let names: Vec<_> = options.webhooks.iter().map(Provider::name).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(options.audit_log, Some(PathBuf::from("/l")));
    for line in [
        "serve --webhook a=other:hush",
        "serve --webhook a=article:hush --webhook a=article:hush",
    ] {
        let error = parsed(line).unwrap_err().to_string();
        assert!(
            error.starts_with("--webhook: ") && !error.contains("hush"),
            "{error}"
        );
    }
}

#[test]
fn an_export_is_of_freezes_unless_something_else_is_asked_for() {
    let export = |line: &str| match parsed(line) {
        Ok(Request::Export(export)) => export,
        other => panic!("{line}: {other:?}"),
    };
    let usual = export("export /d");
    assert_eq!(usual.query, crate::export::Query::default());
    assert_eq!((usual.folder, usual.out), (PathBuf::from("/d"), None));
    let own = export("export /d --kinds mint --from 2000-02-29 --to 951782400000000001 --out /o");
    assert_eq!(own.query.kinds, [crate::ledger::Kind::Mint]);
    assert_eq!(own.query.to_ns - own.query.from_ns, 1);
    assert_eq!(own.out, Some(PathBuf::from("/o")));
}

#[test]
fn stores_are_named_by_address() {
    let found = options("serve --cache redis://127.0.0.1:6379/1");
    assert_eq!(found.cache.unwrap().database, 1);
    let wrong = parsed("serve --cache 127.0.0.1:6379").unwrap_err();
    assert!(wrong.to_string().contains("redis://"), "{wrong}");
    let Ok(Request::LabStores(experiment)) = parsed("lab stores --writers 3") else {
        panic!("stores is a lab");
    };
    assert_eq!((experiment.writers, experiment.store), (3, None));
}

#[cfg(feature = "postgres")]
#[test]
fn a_store_stands_for_the_journal_and_not_beside_it() {
    let url = "postgres://bank@127.0.0.1/ledger";
    let found = options(&format!("serve --store {url}"));
    assert_eq!(found.store.unwrap().to_string(), url);
    for flags in [
        "--journal group",
        "--data /d",
        "--snapshot-segments 3",
        "--snapshot-interval 9",
        "--balances cas",
        "--audit-log /l",
        "--token 1:REF",
    ] {
        let both = parsed(&format!("serve {flags} --store {url}")).unwrap_err();
        let (name, _) = flags.split_once(' ').unwrap();
        assert!(
            matches!(both, ArgsError::NotWithStore(_)),
            "{flags}: {both}"
        );
        assert!(both.to_string().starts_with(name), "{flags}: {both}");
    }
    assert!(parsed(&format!("serve --balances single --store {url}")).is_ok());
    let Ok(Request::VerifyStore(found)) = parsed(&format!("verify {url}")) else {
        panic!("a store can be verified");
    };
    assert_eq!(found.to_string(), url);
}
