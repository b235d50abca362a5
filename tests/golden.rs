//! The public golden-liquid suite through `render --batch`, printed as Shopify does (`plain`). The suite is data, not part
//! of this repository: `GOLDEN_LIQUID` says where it is. What fails is printed with what was expected.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value as Json, json};

use crate::harness::Cli;

/// At least this share of the cases passes.
const LEAST: f64 = 0.97;

/// Cases in which platformOS differs from Shopify, or which contradict another case, and why. One that passes after all
/// fails the test, so that the list stays true.
const DIFFERENT: [(&str, &str); 8] = [
    ("output, bracketed variable resolves to a string without leading identifier", ARRAY),
    ("output, nested bracketed variable resolving to a string", ARRAY),
    ("output, top-level quoted, bracketed variable name with whitespace", ARRAY),
    ("output, top-level quoted, bracketed variable name with whitespace followed by dot notation", ARRAY),
    ("output, whitespace between bracket notation", ARRAY),
    (
        "tags, case, unexpected when token, strict2",
        "the case of the same name without `strict2` wants the opposite of the same template",
    ),
    ("tags, include, assign persists in outer scope", INCLUDE),
    ("tags, include, assign to a keyword argument", INCLUDE),
];

const ARRAY: &str = "brackets in `{{ }}` are an array literal";
const INCLUDE: &str = "a variable that is new in an included file stays there, and its arguments are its own";

#[test]
fn golden_suite_passes_but_for_what_the_platform_does_otherwise() {
    let Some(path) = std::env::var_os("GOLDEN_LIQUID") else {
        eprintln!("golden-liquid: skipped, GOLDEN_LIQUID does not name the suite's file");
        return;
    };
    let suite: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = suite["tests"].as_array().unwrap();

    let requests = cases.iter().map(|case| request(case).to_string() + "\n");
    let finished = Cli::new(["render", "--batch"]).stdin(requests.collect::<String>()).run().exits(0);
    let answers = finished.lines();
    assert_eq!(answers.len(), cases.len(), "one answer for each case");

    let mut failing = Vec::new();
    for (case, answer) in cases.iter().zip(answers) {
        let answer: Json = serde_json::from_str(answer).unwrap();
        if !is_right(case, &answer) {
            let name = case["name"].as_str().unwrap();
            let reason =
                DIFFERENT.iter().find(|(different, _)| *different == name).map(|(_, reason)| *reason);
            eprintln!(
                "{name}\n  template: {}\n  expected: {}\n  actual:   {answer}",
                case["template"],
                wanted(case)
            );
            eprintln!("  reason:   {}", reason.unwrap_or("none: a fault"));
            failing.push(name);
        }
    }
    let share = 1.0 - failing.len() as f64 / cases.len() as f64;
    eprintln!(
        "golden-liquid: {} of {} pass, {:.2} %",
        cases.len() - failing.len(),
        cases.len(),
        share * 100.0
    );

    let stock = cases.iter().filter(|case| stock_is_right(case)).count();
    eprintln!("the stock liquid crate, without partials: {stock} of {}", cases.len());

    assert!(share >= LEAST);
    let passing: Vec<&str> =
        DIFFERENT.iter().map(|(name, _)| *name).filter(|name| !failing.contains(name)).collect();
    assert!(passing.is_empty(), "listed as different, but they pass: {passing:?}");
}

/// The peer: what the `liquid` crate makes of the case. It panics on some of them.
fn stock_is_right(case: &Json) -> bool {
    let render = || -> Result<String, liquid::Error> {
        let parser = liquid::ParserBuilder::with_stdlib().build()?;
        let globals: liquid::Object = serde_json::from_value(case["data"].clone()).unwrap_or_default();
        parser.parse(case["template"].as_str().unwrap_or_default())?.render(&globals)
    };
    let answer = match catch_unwind(AssertUnwindSafe(render)) {
        Ok(Ok(output)) => json!({ "output": output }),
        Ok(Err(error)) => json!({ "error": error.to_string() }),
        Err(_) => return false,
    };
    is_right(case, &answer)
}

fn request(case: &Json) -> Json {
    json!({
        "template": case["template"],
        "data": case["data"],
        "templates": case["templates"],
        "plain": true,
    })
}

fn is_right(case: &Json, answer: &Json) -> bool {
    if case["invalid"] == true {
        return answer.get("error").is_some();
    }
    let Some(output) = answer.get("output") else { return false };
    match case["results"].as_array() {
        Some(results) => results.contains(output),
        None => case["result"] == *output,
    }
}

fn wanted(case: &Json) -> Json {
    match case {
        _ if case["invalid"] == true => json!("an error"),
        _ if case["results"].is_array() => case["results"].clone(),
        _ => case["result"].clone(),
    }
}
