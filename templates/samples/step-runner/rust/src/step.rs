//! One step: what it asks for, and the programs one after another.

use std::collections::BTreeMap;
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
    let nameless = |command: &Vec<String>| command.first().is_none_or(String::is_empty);
    if args.commands.iter().any(nameless) {
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
    if !path.as_os_str().is_empty() && path.components().all(|part| stays(&part)) {
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

/// Lists what the step was to make. A link counts as what it leads to, inside the workspace.
fn artifacts(call: &StepCall, workspace: &Path, paths: &[String]) -> Result<StepExit> {
    let workspace = workspace.canonicalize()?;
    let mut exit = StepExit::success();
    let mut missing = false;
    for path in paths {
        if let Some(size) = file_size(&workspace, path) {
            exit = exit.with_artifact(path, "application/octet-stream", size);
        } else {
            call.write_stderr(format!("the artefact {path} is missing\n"))?;
            missing = true;
        }
    }
    Ok(if missing { StepExit::code(1) } else { exit })
}

/// The size of a file of the workspace.
fn file_size(workspace: &Path, path: &str) -> Option<u64> {
    let path = workspace.join(path).canonicalize().ok()?;
    let file = path.metadata().ok()?;
    (path.starts_with(workspace) && file.is_file()).then_some(file.len())
}

fn invalid_args(message: impl Into<String>) -> Error {
    Error::new("invalid_args", message)
}
