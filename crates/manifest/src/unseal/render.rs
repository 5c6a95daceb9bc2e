//! `spec.template.data`: Go templates over the decrypted values.
//!
//! Private to unsealing. What a template renders to, and whether it renders at all, tells about the
//! values that went in: no operation that shows its result to others may depend on this module.

use std::collections::BTreeMap;

use gotemplate::{Data, ParseBudget, RenderContext, Template};
use sealkit_core::Plaintext;

use crate::error::{Error, Reason};

/// What the templates of one Secret take the time and randomness from, and may use together; called once for each
/// Secret that has templates.
pub type MakeEnvironment<'a> = &'a (dyn Fn() -> RenderContext + Sync);

/// Renders all templates, those too whose results the values will replace: upstream refuses a
/// SealedSecret if one of them fails.
///
/// Dot is the map of the values, and of the texts of those templates whose names are not among them.
pub(super) fn render(
    templates: &BTreeMap<String, String>,
    values: &BTreeMap<String, Plaintext>,
    environment: MakeEnvironment<'_>,
) -> Result<BTreeMap<String, Plaintext>, Error> {
    if templates.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut dot: Data = templates.iter().collect();
    values.iter().for_each(|(item, value)| dot.insert(item, value.expose()));
    let (mut budget, mut context) = (ParseBudget::default(), environment());
    let mut render = |(item, text): (&String, &String)| {
        let rendered = render_item(item, text, &dot, &mut budget, &mut context)
            .map_err(|error| error.in_field(item).in_field("data").in_field("template"))
            .map_err(|error| error.in_field("spec"))?;
        Ok((item.clone(), rendered))
    };
    templates.iter().map(&mut render).collect()
}

fn render_item(
    item: &str,
    text: &str,
    dot: &Data,
    budget: &mut ParseBudget,
    context: &mut RenderContext,
) -> Result<Plaintext, Error> {
    let template =
        Template::parse(item, text, budget).map_err(|error| Reason::Template(error.to_string()))?;
    let rendered = template
        .render(dot, context)
        .map_err(|error| Reason::Template(error.detail().to_string()))?;
    Ok(Plaintext::from(rendered))
}
