//! The `seal-controller` program: the decryption service.

use std::env;
use std::process::ExitCode;

use sealkit_controller::{args, start};

fn main() -> ExitCode {
    let options = match args::parse(env::args_os().skip(1), |name| env::var_os(name)) {
        Ok(options) => options,
        Err(error) => {
            // A stream that nobody reads any more changes nothing.
            error.print().ok();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    match start(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
