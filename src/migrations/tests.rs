//! Migrations of a small app on a store in memory.

use std::path::Path;

use super::*;
use crate::logs::Log;
use crate::records::{Criteria, Entity, Filter, Liveness};

struct Fixture {
    root: tempfile::TempDir,
    migrator: Migrator,
}

impl Fixture {
    fn of(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let log = Log::starting_after(0);
        let graph = Graph::in_memory(&log);
        let bindings =
            Bindings { graph: Some(graph.clone()), job_ids: graph.queue.ids(), ..Bindings::detached(log) };
        let settings = Settings {
            environment: "development".to_owned(),
            base_url: String::new(),
            time_limit: Duration::from_secs(2),
        };
        let fixture = Self { root, migrator: Migrator::new(bindings, graph, settings) };
        fixture.write("app/schema/item.yml", "name: item\nproperties:\n- name: n\n");
        files.iter().for_each(|(path, text)| fixture.write(path, text));
        fixture
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn engine(&self) -> Engine {
        let (app, _) = App::load(self.root.path(), None).unwrap();
        Engine::compile(Arc::new(app), None).0
    }

    fn states(&self) -> Vec<&'static str> {
        let listed = self.migrator.list(self.engine().app()).unwrap();
        listed.iter().map(|listed| listed.state.as_str()).collect()
    }

    fn records(&self) -> u64 {
        let criteria = Criteria {
            entity: Entity::Record,
            table: None,
            liveness: Liveness::Either,
            filter: Filter::All(Vec::new()),
        };
        self.migrator.graph.records.data(None).count(&criteria).unwrap()
    }
}

const CREATE: &str =
    "{% graphql g %}mutation { record_create(record: { table: \"item\" }) { id } }{% endgraphql %}";
const FIRST: &str = "app/migrations/20240101000000_a.liquid";
const SECOND: &str = "app/migrations/20240102000000_b.liquid";

#[test]
fn rollback_alone_leaves_nothing_and_is_no_failure() {
    let job = "{% background source_name: 'x' %}1{% endbackground %}";
    let fixture = Fixture::of(&[(FIRST, &format!("{CREATE}{job}{{% rollback %}}never"))]);
    fixture.migrator.run_pending(&fixture.engine()).unwrap();

    assert_eq!((fixture.states(), fixture.records()), (vec!["done"], 0));
    assert!(fixture.migrator.graph.queue.wait_idle(Some(Instant::now())).unwrap());
}

#[test]
fn failure_is_raised_whatever_the_app_says_and_undoes_all() {
    for (body, expected) in [
        ("{% include 'nope' %}", ":1:"),
        ("{% graphql g %}{ nope }{% endgraphql %}", "nope"),
        ("{% session a = 1 %}", "there is no session in a migration"),
        ("{% if", "app/migrations/20240101000000_a.liquid:1:"),
        ("{% for i in (1..100000000000) %}{% endfor %}", "timeout"),
    ] {
        let fixture = Fixture::of(&[
            ("app/config.yml", "liquid_raise_mode: false\n"),
            (FIRST, &format!("{CREATE}{body}")),
            (SECOND, CREATE),
        ]);
        let error = fixture.migrator.run_pending(&fixture.engine()).unwrap_err();

        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!((fixture.states(), fixture.records()), (vec!["error", "pending"], 0), "{body}");
    }
}

#[test]
fn failed_one_runs_again_when_its_file_has_changed() {
    let fixture = Fixture::of(&[(FIRST, "{% include 'nope' %}"), (SECOND, CREATE)]);
    fixture.migrator.run_pending(&fixture.engine()).unwrap_err();
    fixture.migrator.run_corrected(&fixture.engine()).unwrap();
    assert_eq!(fixture.states(), ["error", "pending"]);

    fixture.write(FIRST, CREATE);
    fixture.migrator.run_corrected(&fixture.engine()).unwrap();
    assert_eq!((fixture.states(), fixture.records()), (vec!["done", "done"], 2));
    fixture.migrator.run_pending(&fixture.engine()).unwrap();
    assert_eq!(fixture.records(), 2);
}

#[test]
fn failed_one_is_forgotten_with_its_file_and_a_done_one_is_not() {
    let fixture = Fixture::of(&[(FIRST, CREATE), (SECOND, "{% include 'nope' %}")]);
    fixture.migrator.run_pending(&fixture.engine()).unwrap_err();
    assert_eq!(fixture.states(), ["done", "error"]);

    for file in [FIRST, SECOND] {
        std::fs::remove_file(fixture.root.path().join(file)).unwrap();
    }
    fixture.write("app/migrations/20240103000000_b.liquid", CREATE);
    assert_eq!(fixture.states(), ["done", "pending"]);
    fixture.migrator.run_pending(&fixture.engine()).unwrap();
    assert_eq!((fixture.states(), fixture.records()), (vec!["done", "done"], 2));
}

#[test]
fn one_runs_out_of_its_turn_once() {
    let fixture = Fixture::of(&[(FIRST, CREATE), (SECOND, CREATE)]);
    let run = |timestamp: &str| {
        let ran = fixture.migrator.run_one(&fixture.engine(), &timestamp.parse().unwrap());
        ran.map(|migration| migration.name.clone()).map_err(|error| error.to_string())
    };

    assert_eq!(run("20240102000000").unwrap(), "20240102000000_b");
    assert_eq!(fixture.states(), ["pending", "done"]);
    assert_eq!(run("20240102000000").unwrap_err(), "migration 20240102000000_b is done and never runs again");
    assert_eq!(run("20200101000000").unwrap_err(), "the app has no migration 20200101000000");
}
