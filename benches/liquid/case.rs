//! What is rendered: each case as Liquid of ours, as Liquid without the platform's own tags for the peers, as Jinja, and
//! with its data. A peer that cannot say it has `None`.

use serde_json::{Map, Value as Json, json};

macro_rules! template {
    ($name:literal) => {
        include_str!(concat!("templates/", $name))
    };
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) ours: Templates,
    /// For the stock crate and liquidjs.
    pub(crate) for_peers: Option<Templates>,
    pub(crate) jinja: Option<Templates>,
    pub(crate) data: Map<String, Json>,
    /// English texts by key, one level deep behind the dot; empty where no text is translated.
    pub(crate) texts: Json,
}

#[derive(Clone, Copy)]
pub(crate) struct Templates {
    pub(crate) page: &'static str,
    /// Name and source.
    pub(crate) partials: &'static [(&'static str, &'static str)],
}

pub(crate) fn all() -> Vec<Case> {
    vec![products(), commands("commands-10", 10), commands("commands-1000", 1000), hash_assign(), orders()]
}

/// A page of a hundred products with eleven filters and one include each: 29 KB.
pub(crate) fn products() -> Case {
    let liquid = Templates {
        page: template!("products.liquid"),
        partials: &[("product", template!("product.liquid"))],
    };
    let products: Vec<Json> = (0..100_u32).map(product).collect();
    Case {
        name: "products",
        ours: liquid,
        for_peers: Some(liquid),
        jinja: Some(Templates {
            page: template!("products.jinja"),
            partials: &[("product", template!("product.jinja"))],
        }),
        data: object(json!({ "shop": "Nuts & Bolts", "products": products })),
        texts: json!({}),
    }
}

fn product(number: u32) -> Json {
    let kind = ["hammer", "wrench", "drill", "saw"].into_iter().cycle().nth(number as usize);
    let kind = kind.unwrap_or_default();
    json!({
        "handle": format!("Steel {kind} No {number}"),
        "title": format!("steel {kind} <{number}> & friends"),
        "description": format!(
            "<p>A <b>{kind}</b> for the workshop & the garden.</p><p>Forged in one piece, number {number} of \
             a hundred, with a handle of ash that lasts a lifetime.</p>"
        ),
        "price": f64::from(number * 170 + 995) / 100.0,
        "currency": if number.is_multiple_of(5) { "" } else { "usd" },
        "stock": number % 17,
        "sale": number.is_multiple_of(3),
        "tags": [kind, "steel", "tools & more", format!("tag-{}", number % 7)],
    })
}

/// Two hundred calls that hand over a hash of `fields` entries. The peers have no functions: they print what a partial
/// or macro prints.
fn commands(name: &'static str, fields: u32) -> Case {
    let object_of_fields: Map<String, Json> =
        (1..=fields).map(|field| (format!("field_{field}"), json!(format!("value {field}")))).collect();
    Case {
        name,
        ours: Templates {
            page: template!("commands.liquid"),
            partials: &[("command", template!("command.liquid"))],
        },
        for_peers: Some(Templates {
            page: template!("commands.render.liquid"),
            partials: &[("command", template!("command.render.liquid"))],
        }),
        jinja: Some(Templates { page: template!("commands.jinja"), partials: &[] }),
        data: object(json!({ "object": object_of_fields })),
        texts: json!({}),
    }
}

/// A thousand writes into one hash, which no peer has.
fn hash_assign() -> Case {
    Case {
        name: "hash_assign",
        ours: Templates { page: template!("hash_assign.liquid"), partials: &[] },
        for_peers: None,
        jinja: None,
        data: Map::new(),
        texts: json!({}),
    }
}

/// A hundred orders with five translations each. The stock crate takes filters of its own kind only and is left out;
/// the others get a filter `t` of a few lines.
fn orders() -> Case {
    let liquid = Templates { page: template!("orders.liquid"), partials: &[] };
    let states = ["paid", "packed", "sent"];
    let orders: Vec<Json> = (0..100_usize)
        .map(|number| {
            let state = states.into_iter().cycle().nth(number);
            json!({ "number": 1000 + number, "name": format!("Ada <{number}>"), "count": number % 4, "state": state })
        })
        .collect();
    Case {
        name: "translations",
        ours: liquid,
        for_peers: Some(liquid),
        jinja: Some(Templates { page: template!("orders.jinja"), partials: &[] }),
        data: object(json!({ "shop": "Nuts & Bolts", "orders": orders })),
        texts: json!({
            "orders": {
                "title": "Orders of <b>%{shop}</b>",
                "number": "Order %{number} of %{name}",
                "items": { "one": "One item", "other": "%{count} items" },
                "state": { "paid": "Paid", "packed": "Packed & ready", "sent": "On its way" },
            },
            "navigation": { "back": "Back" },
        }),
    }
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
