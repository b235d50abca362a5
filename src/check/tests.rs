//! Small apps on disk with one kind of mistake each, and what is said of them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::{check, review};
use crate::app::App;

/// What is wrong with an app of these files, as `check` prints it, with hints.
fn problems(files: &[(&str, &str)]) -> String {
    let root = tempfile::tempdir().expect("a folder for the app");
    write(root.path(), files);
    report(root.path())
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("files are in folders")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
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
    app/views/pages/index.liquid:2:9: error: can't find layout 'aplication' (did you mean 'application'?)
    app/views/pages/index.liquid:4:5: error: can't find authorization policy 'is_admn' (did you mean 'is_admin'?)
    app/views/pages/index.liquid:5:5: error: can't find authorization policy 'nobody'
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
    app/authorization_policies/c.liquid:3:15: error: flash_alert: 'if' tag was never closed (add 'endif')
    app/views/pages/a.liquid:3:41: error: redirect_to: Unknown filter 'upcas' (did you mean 'upcase'?)
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

#[test]
fn calls_are_compared_with_the_doc_of_the_partial() {
    let card = "{% doc %}
  @param {string} title - the name
  @param {number} [price] - in cents
{% enddoc %}{{ title }}{{ price }}";
    let page = "{% render 'ui/card', titel: 1 %}
{% include 'ui/card', colour: 2 %}
{% render 'ui/card', title: x, price: 3 %}
{% liquid
  function y = 'ui/card', price: z,
    size: 4
  background job = 'ui/card', title: x, delay: 5, source_name: 'card'
%}{% render 'ui/card' with x as title %}{% render 'ui/card' for list %}{% render 'plain', any: 1 %}";
    let files = [
        ("app/views/pages/index.liquid", page),
        ("app/views/partials/ui/card.liquid", card),
        ("app/views/partials/plain.liquid", "{% doc %}Prose alone.{% enddoc %}"),
    ];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/index.liquid:1:22: warning: 'ui/card' documents no argument 'titel' (did you mean 'title'?)
    app/views/pages/index.liquid:2:23: warning: 'ui/card' documents no argument 'colour' (it documents title, price)
    app/views/pages/index.liquid:5:3: warning: 'ui/card' is called without title, which it documents (pass title: …, or write [title] in app/views/partials/ui/card.liquid if it may be left out)
    app/views/pages/index.liquid:6:5: warning: 'ui/card' documents no argument 'size' (it documents title, price)
    app/views/pages/index.liquid:8:41: warning: 'ui/card' documents no argument 'card' (it documents title, price)
    app/views/pages/index.liquid:8:41: warning: 'ui/card' is called without title, which it documents (pass title: …, or write [title] in app/views/partials/ui/card.liquid if it may be left out)
    ");
}

#[test]
fn declared_arguments_must_be_used() {
    let files = [
        (
            "app/lib/a.liquid",
            "{% doc %}\n@param used\n@param {x} [unused]\n{% enddoc %}{% assign unused = used.x %}",
        ),
        (
            "app/lib/b.liquid",
            "{% doc %}@param k\n@param v\n@param i{% enddoc %}{% assign h = {k: v} %}{{ h[i] }}",
        ),
        ("app/lib/c.liquid", "{% doc %}@param p{% enddoc %}{% include 'a', used: 1 %}"),
        (
            "app/lib/d.liquid",
            "{% doc %}@param p{% enddoc %}{% if x %}{% for y in z %}{% log \"{{ p }}\" %}{% endfor %}{% endif %}",
        ),
    ];
    insta::assert_snapshot!(problems(&files), @"app/lib/a.liquid:3:13: warning: the doc names 'unused', which the file never uses (take it out of the doc)");
}

#[test]
fn forms_that_cannot_be_sent_are_told() {
    let files = [
        ("app/schema/car.yml", "name: car\nproperties:\n- name: color\n"),
        (
            "app/forms/good.liquid",
            "---\nresource: car\nfields:\n  properties:\n    color: {validation: {presence: true}}\n---\n",
        ),
        ("app/forms/user.liquid", "---\nresource: User\nfields: {email: {}}\n---\n"),
        ("app/forms/nowhere.liquid", "---\nresource: carr\nfields: {}\n---\n"),
        (
            "app/forms/dated.liquid",
            "---\nresource: car\nfields:\n  properties:\n    color: {validation: {date: {befor: now}}}\n---\n",
        ),
        ("app/forms/shown.liquid", "only shown"),
    ];
    insta::assert_snapshot!(problems(&files), @"
    app/forms/dated.liquid: warning: this form cannot be sent: not supported here: `befor` of a date in a form
    app/forms/nowhere.liquid: warning: this form cannot be sent: no table `carr` is declared in app/schema; did you mean `car`?
    ");
}

#[test]
fn queries_must_exist_and_parse() {
    let page = "{% graphql a = 'orders/al' %}{% graphql b = 'find', id: 1 %}{% graphql c = 'modules/m/x' %}
{% graphql d = 'orders/all', id: 1 %}";
    let files = [
        ("app/views/pages/index.liquid", page),
        (
            "app/graphql/orders/all.graphql",
            "query all($id: ID) {\n  records(per_page: 1, filter: { id: { value: $id } }) { results { idd } }\n}",
        ),
        ("modules/m/public/graphql/find.graphql", "query {\n  records(per_page: {\n}"),
        ("app/graphql/empty.graphql", ""),
        ("app/graphql/deep.graphql", &"{a".repeat(5000)),
    ];
    insta::assert_snapshot!(problems(&files), @"
    app/graphql/deep.graphql:1:1002: error: no valid GraphQL: braces lie too deep
    app/graphql/empty.graphql:1:1: error: this query is empty (write `query { … }`)
    app/graphql/orders/all.graphql:2:68: error: type `Record` does not have a field `idd`; did you mean `id`?
    app/views/pages/index.liquid:1:1: error: can't find query 'orders/al' (did you mean 'orders/all'?)
    app/views/pages/index.liquid:1:30: error: can't find query 'find' (did you mean 'modules/m/find'?)
    app/views/pages/index.liquid:1:61: error: can't find query 'modules/m/x'
    modules/m/public/graphql/find.graphql:3:2: error: no valid GraphQL: expected ')' before the end
    ");
}

#[test]
fn translations_must_exist_and_get_their_values() {
    let page = "{{ 'cart.titel' | t }}{{ 'cart.title' | t }}{{ 'nowhere' | t: default: 'x' }}{{ key | t }}
{{ 'cart.hi' | t: nam: 'x' }}{{ 'cart.hi' | t: name: 'x' }}{{ 'cart.hi' | t: values }}
{% assign x = 'cart.items' | t: count: 2 %}{% assign x = 'cart.items' | t %}{% assign x = 'modules/m/a' | t %}
{% assign h = {\"a\": \"cart.hello\" | t} %}";
    let files = [
        ("app/views/pages/index.liquid", page),
        ("app/views/partials/p.liquid", ""),
        (
            "app/translations/en.yml",
            "en: {cart: {title: T, hi: 'Hi %{name}', items: {one: '%{count} item', other: '%{count} of %{all}'}}}",
        ),
        ("modules/m/public/translations/de.yml", "de: {a: A}"),
    ];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/index.liquid:1:4: warning: no language has the text 'cart.titel' (did you mean 'cart.title'?)
    app/views/pages/index.liquid:2:4: warning: the text 'cart.hi' wants a value for %{name} (pass name: … to 't')
    app/views/pages/index.liquid:3:15: warning: the text 'cart.items' wants a value for %{all} (pass all: … to 't')
    app/views/pages/index.liquid:4:21: warning: no language has the text 'cart.hello'
    ");
}

#[test]
fn what_has_no_effect_is_warned_of() {
    let many: String = (0..21).map(|i| format!(", a{i}: 1")).collect();
    let page = format!(
        "{{% assign true = 1 %}}{{% assign x = true %}}\n{{% if x %}}{{% capture blank %}}{{% endcapture %}}{{% endif %}}
{{% background j = 'p', delay: 1{many} %}}\n{{% background source_name: 'x'{many} %}}{{% endbackground %}}"
    );
    let files = [("app/views/pages/index.liquid", page.as_str()), ("app/lib/p.liquid", "")];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/index.liquid:1:1: warning: assigning to 'true' changes nothing: it is always read as the literal (give the variable another name)
    app/views/pages/index.liquid:2:11: warning: assigning to 'blank' changes nothing: it is always read as the literal (give the variable another name)
    app/views/pages/index.liquid:3:1: warning: background job p: 21 arguments; platformOS takes 20 (pass one hash, or the id of a record)
    app/views/pages/index.liquid:4:1: warning: background job x: 21 arguments; platformOS takes 20 (pass one hash, or the id of a record)
    ");
}

#[test]
fn notes_are_for_who_asks() {
    let root = tempfile::tempdir().expect("a folder for the app");
    write(
        root.path(),
        &[("app/views/pages/index.liquid", "x{% include 'p' %}{% include 'p' %}"), ("app/lib/p.liquid", "")],
    );
    let (app, _) = App::load(root.path(), None).expect("an app to load");
    let app = Arc::new(app);

    assert_eq!(check(&app), []);
    let notes: Vec<String> = review(&app).iter().map(ToString::to_string).collect();
    assert_eq!(notes, ["app/views/pages/index.liquid:1:2: note: 'include' is deprecated on platformOS"]);
}

#[test]
fn filters_with_a_wrong_number_of_arguments_are_warned_of() {
    let page =
        "{{ x | upcase: 1 }}{% assign y = x | append | plus: 1, 2 %}{{ x | default: 1, allow_false: true }}
{% if \"{{ x | slice }}\" == y %}{% endif %}";
    let files = [("app/views/pages/index.liquid", page)];
    insta::assert_snapshot!(problems(&files), @"
    app/views/pages/index.liquid:1:8: warning: wrong number of arguments (given 2, expected 1) ('upcase' takes no arguments)
    app/views/pages/index.liquid:1:38: warning: wrong number of arguments (given 1, expected 2) ('append' takes 1 argument)
    app/views/pages/index.liquid:1:47: warning: wrong number of arguments (given 3, expected 2) ('plus' takes 1 argument)
    app/views/pages/index.liquid:2:15: warning: wrong number of arguments (given 1, expected 2..3) ('slice' takes 1 or 2 arguments)
    ");
}

#[test]
fn heads_of_notifications_are_checked() {
    let found = problems(&[
        (
            "app/emails/hi.liquid",
            "---\nto: '{{ data.to | nope }}'\nsubject: >\n  {% if x %}\n  Hi\nlayout: mailr\ncc: \"{% include 'nowhere' %}\"\n---\n{{ 'x' | t }}",
        ),
        ("app/emails/none.liquid", "---\nsubject: x\n---\n"),
        ("app/emails/off.liquid", "---\nenabled: false\n---\n"),
        ("app/emails/dynamic.liquid", "---\nto: a@x.test\nlayout: '{{ data.layout }}'\n---\n"),
        ("app/smses/code.liquid", "---\nto: ' '\n---\n"),
        ("app/views/layouts/mailer.liquid", "{{ content_for_layout }}"),
    ]);
    for line in [
        "app/emails/hi.liquid:2:6: error: to: Unknown filter 'nope'",
        "app/emails/hi.liquid:4:1: error: subject: 'if' tag was never closed",
        "app/emails/hi.liquid:6:9: error: can't find layout 'mailr' (did you mean 'mailer'?)\n",
        "app/emails/hi.liquid:7:1: error: can't find partial 'nowhere'",
        "app/emails/none.liquid:1:1: warning: this e-mail goes to nobody: `to` is missing",
        "app/smses/code.liquid:1:1: warning: this SMS goes to nobody: `to` is missing",
    ] {
        assert!(found.contains(line), "{line}\nin\n{found}");
    }
    assert!(!found.contains("off.liquid") && !found.contains("dynamic.liquid"), "{found}");
}
