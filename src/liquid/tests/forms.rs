//! Form configurations as a page shows them: the element, its hidden fields, and the variable `form`.

use super::*;

const CAR: &str = "---\nname: car_form\nresource: car\nresource_owner: anyone\nfields:\n  properties:\n    color: {}\n    greeting:\n      property_options: {virtual: true}\n  email:\n    validation: {presence: true}\ndefault_payload: |-\n  {\"properties_attributes\": {\"greeting\": {{ who | json }}}, \"email\": \"<a>\"}\n---\n";

fn app(page: &str, body: &str) -> Fixture {
    Fixture::of(&[("forms/car.liquid", &format!("{CAR}{body}")), ("views/pages/index.liquid", page)])
}

fn context() -> Json {
    json!({
        "authenticity_token": "t&k", "params": {"slug": "cars"}, "page": {"id": 3, "slug": "cars/new"},
        "location": {"pathname": "/cars/new"},
    })
}

fn body(page: &str, form: &str) -> String {
    app(page, form).get_as("/", context()).unwrap().body
}

#[test]
fn element_sends_what_the_platform_asks_for() {
    assert_eq!(
        body(
            "{% include_form 'car_form' %}",
            "{% form html-class: 'w-50 \"x\"', html-id: 'f', html-novalidate: true, html-hidden: false, html-data-user-id: 7 %}x{% endform %}"
        ),
        "<form action=\"/api/customizations\" accept-charset=\"UTF-8\" method=\"post\" enctype=\"multipart/form-data\" \
         class=\"w-50 &quot;x&quot;\" id=\"f\" novalidate data-user-id=\"7\">\
         <input type=\"hidden\" name=\"utf8\" value=\"✓\">\
         <input type=\"hidden\" name=\"authenticity_token\" value=\"t&amp;k\">\
         <input type=\"hidden\" name=\"form_id\" value=\"car_form\">\
         <input type=\"hidden\" name=\"page_id\" value=\"3\">\
         <input type=\"hidden\" name=\"slug\" value=\"cars\">\
         <input type=\"hidden\" name=\"slug2\">\
         <input type=\"hidden\" name=\"slug3\">\
         <input type=\"hidden\" name=\"resource_id\" value=\"new\">\
         <input type=\"hidden\" name=\"parent_resource_id\" value=\"car\">\
         <input type=\"hidden\" name=\"parent_resource_class\" value=\"CustomModelType\">\
         x</form>"
    );
}

#[test]
fn method_and_action_follow_the_record_and_the_arguments() {
    let put = "name=\"_method\" value=\"put\"";
    let delete = "name=\"_method\" value=\"delete\"";
    for (page, form, has, has_not) in [
        (
            "{% include_form 'car_form', id: 7 %}",
            "{% form %}{% endform %}",
            vec!["/api/customizations/7", put, "name=\"resource_id\" value=\"7\""],
            "delete",
        ),
        (
            "{% include_form 'car_form', id: 'new' %}",
            "{% form %}{% endform %}",
            vec!["\"/api/customizations\""],
            "_method",
        ),
        (
            "{% include_form 'car_form', id: 7 %}",
            "{% form method: 'delete' %}{% endform %}",
            vec![delete],
            "\"put\"",
        ),
        (
            "{% include_form 'car_form', id: 7 %}",
            "{% form method: 'POST' %}{% endform %}",
            vec!["method=\"post\""],
            "_method",
        ),
        (
            "{% include_form 'car_form' %}",
            "{% form method: 'get', url: '/s?a=1&b' %}{% endform %}",
            vec!["action=\"/s?a=1&amp;b\"", "method=\"get\""],
            "token",
        ),
        (
            "{% include_form 'car_form', parent_resource_id: 'bus' %}",
            "{% form html-multipart: false %}{% endform %}",
            vec!["name=\"parent_resource_id\" value=\"bus\""],
            "enctype",
        ),
    ] {
        let body = body(page, form);
        for part in has {
            assert!(body.contains(part), "{page} {form}: {part} is not in {body}");
        }
        assert!(!body.contains(has_not), "{page} {form}: {has_not} is in {body}");
    }
}

#[test]
fn form_knows_its_fields() {
    let form = "{{ form.name }},{{ form.resource }},{{ form.resource_owner }},{{ form.errors }}\n\
        {{ form.fields.properties.color.name }}={{ form.fields.properties.color.value }}\n\
        {{ form_builder.fields.properties.greeting.value }},{{ form.fields.properties.greeting.property_options.virtual }}\n\
        {{ form.fields.email.name }}={{ form.fields.email.value }},{{ form.fields.email.validation.presence }}";
    assert_eq!(
        body("{% include_form 'car_form', who: 'Ada' %}", form),
        "car_form,car,anyone,{}\nform[properties_attributes][color]=\nAda,true\nform[email]=&lt;a&gt;,true"
    );
}

#[test]
fn element_may_name_its_fields_otherwise() {
    let form = "{% form as: 'car' %}{{ form.fields.properties.color.name }}{% endform %}{{ form.fields.email.name }}";
    let body = body("{% include_form 'car_form' %}", form);
    assert!(body.ends_with(">car[properties_attributes][color]</form>form[email]"), "{body}");
}

#[test]
fn form_is_isolated_and_found_by_its_old_tag_too() {
    let form = "{{ a }}{{ b }}{% break %}x";
    assert_eq!(body("{% assign a = 1 %}{% include_form 'car_form', b: 2 %}3", form), "23");
    assert_eq!(body("{% assign u = 5 %}{% render_form car_form, b: @u %}3", form), "53");
    assert_eq!(body("{% assign f = 'car_form' %}{% include_form f %}3", form), "3");
}

#[test]
fn what_is_wrong_with_a_form_is_said() {
    let error = |page: &str, form: &str| {
        let error = app(page, form).get_as("/", context()).unwrap_err();
        (error.message(), error.hint().unwrap_or_default().to_owned())
    };
    let page = "views/pages/index.liquid:1";
    assert_eq!(
        error("{% include_form 'car_from' %}", ""),
        (format!("Liquid error ({page}): can't find form 'car_from'"), "did you mean 'car_form'?".into())
    );
    let (message, _) = error("{% include_form 'car_form' %}", "{% form method: 'fetch' %}{% endform %}");
    assert_eq!(message, "Liquid error (forms/car.liquid:15): form: 'fetch' is no method of a form");
    let (message, _) = error("{% form 'contact' %}{% endform %}", "");
    assert!(message.starts_with("Liquid syntax error (views/pages/index.liquid:1)"), "{message}");

    let broken = Fixture::of(&[
        ("forms/a.liquid", "---\ndefault_payload: '{{ 1 }}'\n---\n"),
        ("views/pages/index.liquid", "{% include_form 'a' %}"),
    ]);
    assert_eq!(broken.error(), "Liquid error (forms/a.liquid:2): default_payload is no JSON object");
    let failing = Fixture::of(&[
        ("forms/a.liquid", "---\ndefault_payload: |-\n  {\n    \"a\": {{ 1 | divided_by: 0 }}\n  }\n---\n"),
        ("views/pages/index.liquid", "{% include_form 'a' %}"),
    ]);
    assert_eq!(failing.error(), "Liquid error (forms/a.liquid:4): divided by 0");
}

#[test]
fn element_outside_of_a_form_configuration_posts_to_its_page() {
    let app = Fixture::page("{% form %}x{% endform %}");
    let body = app.get_as("/", context()).unwrap().body;
    assert!(
        body.starts_with("<form action=\"/cars/new\"") && body.contains("value=\"t&amp;k\">x</form>"),
        "{body}"
    );
    assert_eq!(
        app.logged(),
        ["warning: form stands outside of a form configuration; platformOS needs one around it"]
    );
}
