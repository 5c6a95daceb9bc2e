//! Renders a template: `cargo run -q -p gotemplate --example render -- 'Hello {{ .name | title }}' name=world`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is for a person")]

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template};

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "an example has arguments")]
    let mut arguments = std::env::args().skip(1);
    let text = arguments.next().unwrap_or_default();
    let values: Vec<String> = arguments.collect();
    let data: Data = values.iter().filter_map(|value| value.split_once('=')).collect();
    #[expect(
        clippy::disallowed_methods,
        reason = "the clock comes from the program, not from the crate"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(0);
    let rng = rand::make_rng::<rand::rngs::StdRng>();
    let limits = RenderLimits::default();
    let mut context = RenderContext::new(seconds, now.subsec_nanos(), rng, limits);
    let rendered = match Template::parse("argument", text, &mut ParseBudget::default()) {
        // Who gives the values may know where the template fails.
        Ok(template) => {
            template.render(&data, &mut context).map_err(|error| error.detail().to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    match rendered {
        Ok(output) => {
            println!("{}", String::from_utf8_lossy(&output));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
