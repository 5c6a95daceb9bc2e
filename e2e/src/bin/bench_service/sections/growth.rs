//! What it costs as there is more.

use std::time::{Duration, Instant};

use sealkit_e2e::objects::Paths;
use sealkit_e2e::service::sealed_secrets;
use sealkit_testkit::eventually;

use super::restart::restart;
use crate::figures::{mebibytes, seconds};
use crate::options::Options;
use crate::process;
use crate::progress::Progress;
use crate::stage::{NAMESPACE, Stage};

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run(options: &Options) {
    println!("### As it grows\n");
    println!(
        "| SealedSecrets | all are new | peak | restart: ready | settled | peak | opened again | the first new one after it |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for count in [options.objects / 4, options.objects, options.objects * 4] {
        row(count);
    }
    println!();
}

fn row(count: usize) {
    let stage = Stage::ours();
    stage.create(count);
    let progress = Progress::follow(&stage.cluster, NAMESPACE, count);
    let begin = Instant::now();
    let mut service = stage.start(&[]);
    let took = progress.wait() - begin;
    process::settled(service.id());
    let peak = process::peak_memory(service.id());
    stage.end(&mut service);
    let first = first_new_one(&stage);
    let (again, service) = restart(&stage);
    println!(
        "| {count} | {} | {} | {} | {} | {} | {} | {} |",
        seconds(took),
        mebibytes(peak),
        seconds(again.ready),
        seconds(again.settled),
        mebibytes(process::peak_memory(service.id())),
        again.unseals,
        seconds(first)
    );
}

/// From its creation, as soon as the service says that it is ready, until it has a Secret.
fn first_new_one(stage: &Stage) -> Duration {
    let sealed = stage.seal("first");
    let api = stage.client();
    let mut service = stage.ready(&[]);
    let begin = Instant::now();
    api.post(&sealed_secrets(NAMESPACE), &sealed).success();
    let secret = Paths::of(NAMESPACE, "first").secret;
    eventually("its Secret", PATIENCE, || {
        let reply = api.get(&secret);
        if reply.status == 200 { Ok(()) } else { Err(reply.to_string()) }
    });
    let took = begin.elapsed();
    stage.end(&mut service);
    took
}
