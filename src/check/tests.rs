//! Small apps on disk with one kind of mistake each, and what is said of them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::check;
use crate::app::App;

/// What is wrong with an app of these files, as `check` prints it, with hints.
fn problems(files: &[(&str, &str)]) -> String {
    let root = tempfile::tempdir().expect("a folder for the app");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("files are in folders")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
    report(root.path())
}

fn report(root: &Path) -> String {
    let (app, loading) = App::load(root, None).expect("an app to load");
    assert_eq!(loading, [], "the app loads");
    let lines = check(&Arc::new(app)).into_iter().map(|problem| match &problem.hint {
        Some(hint) => format!("{problem} ({hint})\n"),
        None => format!("{problem}\n"),
    });
    lines.collect()
}

#[test]
fn app_without_mistakes_has_no_problems() {
    let files = [
        (
            "app/views/pages/index.liquid",
            "---\nlayout: ''\n---\n{% include 'ui/card', x: 1 %}{% function r = name %}",
        ),
        ("app/views/partials/ui/card.liquid", "{% background x: x %}{% assign y = x %}{% endbackground %}"),
    ];
    assert_eq!(problems(&files), "");
}

#[test]
fn missing_partials_are_named_where_they_are_called() {
    let page = "{% include 'ui/crad' %}\n{% liquid\n  function r = 'nowhere'\n  background _ = 'ui/card'\n%}{% render 'lib/ui/card' %}";
    let files = [("app/views/pages/index.liquid", page), ("app/views/partials/ui/card.liquid", "")];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/index.liquid:1:1: error: can't find partial 'ui/crad' (did you mean 'ui/card'?)
    app/views/pages/index.liquid:3:3: error: can't find partial 'nowhere'
    app/views/pages/index.liquid:5:3: warning: 'lib/ui/card' is found only here: platformOS does not drop the leading 'lib/' (write 'ui/card')
    ");
}

#[test]
fn layouts_and_policies_must_exist() {
    let page = "---\nlayout: aplication\nauthorization_policies:\n  - is_admn\n  - nobody\n---\n";
    let files = [
        ("app/views/pages/index.liquid", page),
        ("app/views/layouts/application.liquid", "{{ content_for_layout }}"),
        ("app/authorization_policies/is_admin.liquid", "---\nname: is_admin\n---\ntrue"),
    ];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/index.liquid:2: error: can't find layout 'aplication' (did you mean 'application'?)
    app/views/pages/index.liquid:4: error: can't find authorization policy 'is_admn' (did you mean 'is_admin'?)
    app/views/pages/index.liquid:5: error: can't find authorization policy 'nobody'
    ");
}

#[test]
fn liquid_in_front_matter_must_parse() {
    let files = [
        (
            "app/views/pages/a.liquid",
            "---\nslug: a\nredirect_to: '/b/{{ context.params.id | upcas }}'\n---\n",
        ),
        ("app/views/pages/b.liquid", "---\nresponse_headers: '{\"X\": \"{{ x }}\"}'\n---\n"),
        ("app/authorization_policies/c.liquid", "---\nname: c\nflash_alert: \"{% if x %}\"\n---\ntrue"),
    ];
    insta::assert_snapshot!(problems(&files), @"
    app/authorization_policies/c.liquid:3: error: flash_alert: 'if' tag was never closed (add 'endif')
    app/views/pages/a.liquid:3: error: redirect_to: Unknown filter 'upcas' (did you mean 'upcase'?)
    ");
}

#[test]
fn what_the_platform_would_drop_is_warned_of() {
    let page = "{% include 'p', id: x | upcase, list: [1] | size %}
{% trigger_event 'a.b', id: 1 %}{{ x | upcase }}{% assign y = x | upcase %}
{% background source_name: 'mail' %}{% assign u = user %}{% log other %}{% endbackground %}
{% liquid
  if x
    background delay: 1
      include 'p', order: order
    endbackground
  endif
%}";
    let files = [("app/views/pages/index.liquid", page), ("app/views/partials/p.liquid", "")];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/index.liquid:1:25: warning: filter 'upcase' ignored on platformOS (assign the filtered value first)
    app/views/pages/index.liquid:2:1: warning: trigger_event is not a platformOS tag
    app/views/pages/index.liquid:3:1: warning: background job mail: variable 'user' captured implicitly; on platformOS pass it as user: user
    app/views/pages/index.liquid:6:5: warning: background job views/pages/index.liquid:6: variable 'order' captured implicitly; on platformOS pass it as order: order
    ");
}

#[test]
fn mistakes_in_templates_come_with_the_rest_in_order_of_place() {
    let files = [
        ("app/views/pages/b.liquid", "{% include 'x' %}"),
        ("app/views/pages/a.liquid", "\n{{ x | upcas }}"),
        ("app/views/pages/c.liquid", "{% if a %}"),
    ];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/a.liquid:2:8: error: Unknown filter 'upcas' (did you mean 'upcase'?)
    app/views/pages/b.liquid:1:1: error: can't find partial 'x'
    app/views/pages/c.liquid:1:1: error: 'if' tag was never closed (add 'endif')
    ");
}
