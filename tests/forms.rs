//! Forms of old apps: what `{% include_form %}` shows and what comes back.

use crate::harness::Project;

#[test]
fn form_of_an_old_app_posts_with_its_token() {
    let app = Project::of(&[
        ("app/forms/note.liquid", "---\nresource: note\nfields:\n  properties:\n    text: {}\n---\n{% form url: '/notes' %}<input name=\"{{ form.fields.properties.text.name }}\">{% endform %}"),
        ("app/views/pages/new.liquid", "---\nslug: notes/new\n---\n{% include_form 'note' %}"),
        (
            "app/views/pages/create.liquid",
            "---\nslug: notes\nmethod: post\n---\n{{ context.csrf_request_valid }}:{{ context.params.form.properties_attributes.text }}",
        ),
    ])
    .serve(&[]);
    let page = app.get("/notes/new").has_status(200).text();
    let (_, behind) = page.split_once("name=\"authenticity_token\" value=\"").unwrap();
    let token = behind.split('"').next().unwrap();
    assert!(page.contains("<input name=\"form[properties_attributes][text]\">"), "{page}");
    let posted =
        app.post("/notes", &[("authenticity_token", token), ("form[properties_attributes][text]", "hi")]);
    assert_eq!(posted.has_status(200).text().trim(), "true:hi");
}
