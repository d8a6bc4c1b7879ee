//! One step: what it asks for, and the programs one after another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::archive;
use crate::cpex::prelude::*;
use crate::folder::Folder;
use crate::program::{self, Ended};

/// Exit code of a step that was cancelled: that of a shell whose program is interrupted.
const CANCELLED: i32 = 130;

/// The arguments of a step.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Args {
    /// Programs with their arguments; no shell reads them.
    commands: Vec<Vec<String>>,
    /// Files of the workspace that the step makes.
    artifacts: Vec<String>,
}

/// Executes the step in a folder of its own, which is removed at the end.
pub fn execute(call: &StepCall) -> Result<StepExit> {
    let args = arguments(&call.args)?;
    let workdir = inside("workdir", &call.workdir)?;
    if let CacheDecision::Hit(hit) = &call.cache {
        call.write_stdout(format!("cached: {}\n", hit.tag))?;
        return Ok(StepExit::success());
    }
    if args.commands.is_empty() && args.artifacts.is_empty() {
        return Ok(StepExit::success());
    }
    let workspace = Folder::temporary()?;
    archive::unpack(call.workspace(), workspace.path())?;
    let workdir = workspace.path().join(workdir);
    if !workdir.is_dir() {
        return Err(invalid_args("workdir: the workspace has no such folder"));
    }
    let env = environment(call);
    for command in &args.commands {
        let code = match program::run(call, command, &workdir, &env)? {
            Ended::Code(0) => continue,
            Ended::Code(code) => code,
            Ended::Cancelled => CANCELLED,
        };
        return Ok(StepExit::code(code));
    }
    artifacts(call, workspace.path(), &args.artifacts)
}

fn arguments(args: &Document) -> Result<Args> {
    let args: Args = args.parse().map_err(|error| invalid_args(error.text()))?;
    if args.commands.iter().any(Vec::is_empty) {
        return Err(invalid_args("commands: a command needs a program"));
    }
    for artifact in &args.artifacts {
        inside("artifacts", artifact)?;
    }
    Ok(args)
}

/// A path that does not lead out of the workspace.
fn inside(what: &str, path: &str) -> Result<PathBuf> {
    let stays = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let path = Path::new(path);
    if path.components().all(|part| stays(&part)) {
        return Ok(path.to_owned());
    }
    let message = format!("{what}: expected a relative path without `..`");
    Err(invalid_args(message))
}

/// Exactly that of the step; only programs have to be found somewhere.
fn environment(call: &StepCall) -> BTreeMap<String, String> {
    let mut env = call.env.clone();
    if let (false, Ok(path)) = (env.contains_key("PATH"), std::env::var("PATH")) {
        env.insert("PATH".to_owned(), path);
    }
    env
}

/// Lists what the step was to make. Links are not followed: they may lead anywhere.
fn artifacts(call: &StepCall, workspace: &Path, paths: &[String]) -> Result<StepExit> {
    let mut exit = StepExit::success();
    let mut missing = false;
    for path in paths {
        match fs::symlink_metadata(workspace.join(path)) {
            Ok(file) if file.is_file() => {
                exit = exit.with_artifact(path, "application/octet-stream", file.len());
            }
            _ => {
                call.write_stderr(format!("the artefact {path} was not made\n"))?;
                missing = true;
            }
        }
    }
    Ok(if missing { StepExit::code(1) } else { exit })
}

fn invalid_args(message: impl Into<String>) -> Error {
    Error::new("invalid_args", message)
}
