//! Tables of paths: kind, name, order, and what is none of them.

use super::*;

fn member(path: &str) -> Place {
    match classify(path) {
        Classified::Member(place) => place,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn folder_decides_kind_and_name() {
    let cases = [
        ("app/views/pages/index.liquid", FileKind::Page, "index"),
        ("app/pages/hello.csv.liquid", FileKind::Page, "hello.csv"),
        ("app/views/pages/robots.txt", FileKind::Page, "robots.txt"),
        ("marketplace_builder/pages/a/:id.liquid", FileKind::Page, "a/:id"),
        ("app/views/layouts/1col.html.liquid", FileKind::Layout, "1col"),
        ("app/views/partials/user.avatar.liquid", FileKind::Partial, "user.avatar"),
        ("app/views/partials/lib/commands/x.liquid", FileKind::Partial, "lib/commands/x"),
        ("app/lib/commands/x.liquid", FileKind::Partial, "commands/x"),
        ("app/lib/smses/x.liquid", FileKind::Partial, "smses/x"),
        ("app/authorization_policies/is_admin.liquid", FileKind::Policy, "is_admin"),
        ("app/notifications/email_notifications/w.liquid", FileKind::Email, "w"),
        ("app/api_calls/ping.liquid", FileKind::ApiCall, "ping"),
        ("app/smses/s.liquid", FileKind::Sms, "s"),
        ("app/migrations/20240101000000_a.liquid", FileKind::Migration, "20240101000000_a"),
        ("app/form_configurations/f.liquid", FileKind::Form, "f"),
        ("app/model_schemas/item.yml", FileKind::Schema, "item"),
        ("app/user_profile_types/default.yml", FileKind::UserProfileType, "default"),
        ("app/translations/en/mail.yml", FileKind::Translation, "en/mail"),
        ("app/graph_queries/find.graphql", FileKind::Graphql, "find"),
        ("app/assets/a/b.css", FileKind::Asset, "a/b.css"),
        ("app/assets/theme.css.liquid", FileKind::Asset, "theme.css.liquid"),
        ("app/config.yml", FileKind::Config, ""),
        ("app/user.yml", FileKind::User, ""),
        ("modules/core/public/views/partials/x.liquid", FileKind::Partial, "modules/core/x"),
        ("modules/core/private/lib/x.json.liquid", FileKind::Partial, "modules/core/x"),
        ("app/modules/core/public/assets/js/x.js", FileKind::Asset, "modules/core/js/x.js"),
        ("modules/u/public/views/pages/new.liquid", FileKind::Page, "modules/u/new"),
    ];
    for (path, kind, name) in cases {
        let place = member(path);
        assert_eq!((place.kind, place.name.as_str()), (kind, name), "{path}");
    }
}

#[test]
fn everything_else_is_foreign() {
    for path in [
        "node_modules/x/app/views/pages/a.liquid",
        "src/a.liquid",
        "seed/app/views/pages/a.liquid",
        "app/readme.liquid",
        "app/views/a.liquid",
        "app/views/pages/.gitkeep",
        "app/views/pages/a.liquid~",
        "app/lib/README.md",
        "modules/core/config.yml",
        "modules/core/public/config.yml",
        "modules/core/views/pages/a.liquid",
        "marketplace_builder/modules/core/public/lib/a.liquid",
        "app/views/pages/",
        "app",
        "",
    ] {
        assert_eq!(classify(path), Classified::Foreign, "{path}");
    }
}

#[test]
fn near_misses_are_told_the_right_extension() {
    for (path, expected) in [
        ("app/translations/en.yaml", ".yml"),
        ("app/views/partials/card.html", ".liquid"),
        ("app/graphql/find.gql", ".graphql"),
    ] {
        assert_eq!(classify(path), Classified::Misnamed { expected }, "{path}");
    }
}

#[test]
fn misspelt_folders_are_recognized() {
    let cases = [
        ("app/view/pages/a.liquid", Some(("app/view/pages", "views/pages"))),
        ("app/views/partial/ui/a.liquid", Some(("app/views/partial", "views/partials"))),
        ("modules/m/public/libs/a.liquid", Some(("modules/m/public/libs", "lib"))),
        ("app/translation/en.yml", Some(("app/translation", "translations"))),
        ("app/lib/a.yml", None),
        ("app/graphql/a.liquid", None),
        ("app/tests/a.liquid", None),
        ("app/a.liquid", None),
        ("src/a.liquid", None),
    ];
    for (path, expected) in cases {
        assert_eq!(misspelt_folder(path), expected, "{path}");
    }
}

#[test]
fn lookup_order_is_format_then_folder_then_root() {
    let in_order = [
        "app/modules/m/public/views/partials/x.liquid",
        "app/modules/m/private/views/partials/x.liquid",
        "modules/m/public/views/partials/x.liquid",
        "modules/m/private/views/partials/x.liquid",
        "app/modules/m/public/lib/x.liquid",
        "modules/m/private/lib/x.liquid",
        "app/modules/m/public/views/partials/x.html.liquid",
        "modules/m/private/lib/x.html.liquid",
        "app/modules/m/public/views/partials/x.json.liquid",
    ];
    let ranks: Vec<Rank> = in_order.iter().map(|path| member(path).rank).collect();
    assert!(ranks.is_sorted());
    assert!(member("app/lib/x.liquid").rank < member("marketplace_builder/lib/x.liquid").rank);
}
