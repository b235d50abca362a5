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
}
