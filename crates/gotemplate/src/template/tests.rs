//! The public types.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;
use crate::engine::limits::RenderLimits;

fn context(seed: u64) -> RenderContext {
    RenderContext::new(0, 0, StdRng::seed_from_u64(seed), RenderLimits::default())
}

#[test]
fn debug_shows_no_values() {
    let data: Data = [("name", "value-x")].into_iter().collect();
    assert_eq!(format!("{data:?}"), r#"{"name"}"#);
    let template =
        Template::parse("t", "{{ .name }}", &mut ParseBudget::default()).expect("it parses");
    assert_eq!(format!("{template:?}"), r#"Template { name: "t", .. }"#);
}

#[test]
fn a_template_is_parsed_once_and_rendered_often_and_anywhere() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let template = Template::parse("t", "{{ .n }}{{ randNumeric 9 }}", &mut ParseBudget::default())
        .expect("it parses");
    is_shared(&template);
    let render = |n: &str, seed| {
        template.render(&[("n", n)].into_iter().collect(), &mut context(seed)).expect("it renders")
    };
    assert_eq!(render("1", 5), render("1", 5));
    assert_ne!(render("1", 5), render("1", 6));
    assert!(render("2", 5).starts_with(b"2"));
}

#[test]
fn the_text_and_the_values_need_not_be_utf8() {
    let template =
        Template::parse("t", b"\xff{{ .v }}", &mut ParseBudget::default()).expect("it parses");
    let data: Data = [("v", b"\xfe")].into_iter().collect();
    assert_eq!(template.render(&data, &mut context(0)).expect("it renders"), b"\xff\xfe");
}
