//! `run --instance`: an empty one, its folder, its other commands.

use super::{INDEX, deployed, instance};
use crate::harness::Project;

#[test]
fn an_empty_instance_says_how_to_deploy_to_it() {
    let app = instance();
    let page = app.get("/any/page").has_status(404).text();

    assert!(page.contains("nothing is deployed here yet") && page.contains(app.url()), "{page}");
    assert!(
        app.stderr().iter().any(|line| line.contains("nothing is deployed here yet")),
        "{:?}",
        app.stderr()
    );
}

#[test]
fn an_instance_works_the_jobs_of_what_was_deployed() {
    let app = instance();
    deployed(
        &app,
        &[(
            "app/views/pages/index.liquid",
            "{% background source_name: 'greet' %}{% log 'hello' %}{% endbackground %}",
        )],
    );
    app.get("/").has_status(200);

    app.wait_for_log("background job: greet (attempt 1/");
    app.wait_for_log("info: hello");
    for args in [["logs", "-C", "instance"], ["logs", "--state", "instance"]] {
        let logs = app.cli(args.iter()).run().exits(0);
        assert!(logs.stdout.contains("release 1 deployed"), "{}", logs.stdout);
    }
}

#[test]
fn reset_forgets_the_log_and_keeps_the_release() {
    let mut app = Project::empty().serve(&["--instance", "instance", "--reset"]);
    deployed(&app, &[INDEX]);
    app.interrupt();
    app.wait_for_exit();
    app.restart();

    assert_eq!(app.get("/").text(), "one");
}

#[test]
fn an_instance_is_no_project() {
    for args in [
        &["run", "app", "--instance", "x"][..],
        &["run", "--instance", "x", "--state", "y"],
        &["run", "--instance", "x", "--ephemeral"],
    ] {
        Project::empty().cli(args).run().exits(2);
    }
    let mut app = instance();
    app.terminate();
    app.wait_for_exit();
    let refused = app.cli(["run", "instance"]).run().exits(1);
    assert!(refused.stderr.contains("instance is an instance: what is served"), "{}", refused.stderr);
}

#[test]
fn a_folder_of_somebody_else_is_left_as_it_is() {
    let project = Project::of(&[INDEX, ("trees/oak.txt", "oak"), ("mail/letter.eml", "dear")]);
    let refused = project.cli(["run", "--instance", ".", "--reset"]).run().exits(1);

    assert!(refused.stderr.contains("is no instance, for `"), "{}", refused.stderr);
    assert!(refused.stderr.contains("name a folder that is new or empty"), "{}", refused.stderr);
    assert_eq!(project.read("trees/oak.txt"), "oak");
    assert_eq!(project.read("mail/letter.eml"), "dear");
    assert!(!project.path(".gitignore").exists() && !project.path("lock").exists());
}

#[test]
fn a_start_that_was_interrupted_is_begun_again() {
    let settings = ("instance/pos-cli.toml", "");
    let project = Project::of(&[("instance/.gitignore", "*\n"), ("instance/lock", ""), settings]);
    let app = project.serve(&["--instance", "instance"]);

    deployed(&app, &[INDEX]);
    assert_eq!(app.get("/").text(), "one");
}
