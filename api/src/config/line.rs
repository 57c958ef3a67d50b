//! Reading the command line and the environment, so that every mistake is seen at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
};

use clap::{
    ArgMatches, Command, CommandFactory, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

/// What the process was started with.
#[derive(Debug)]
pub struct CommandLine<P> {
    /// The command and its settings. What makes no sense has its default in its place.
    pub arguments: P,
    /// What makes no sense, a sentence each.
    pub mistakes: Vec<String>,
    /// The settings that were given as flags.
    pub flags: Flags,
}

/// Why there is no command to run.
#[derive(Debug)]
pub enum Refusal {
    /// Help was asked for, or the command line cannot be understood.
    Asked(clap::Error),
    /// The values of the command line make no sense, a sentence each.
    Mistakes(Vec<String>),
}

/// The flags that were given, by the variables that they win over.
#[derive(Clone, Debug, Default)]
pub struct Flags(BTreeMap<String, String>);

impl Flags {
    /// A mistake that begins with the variable of a setting, named for the flag where that was given.
    #[must_use]
    pub fn name(&self, mistake: &str) -> String {
        let (variable, rest) = mistake.split_once(' ').unwrap_or((mistake, ""));
        match self.0.get(variable) {
            Some(flag) => format!("{flag} {rest}"),
            None => mistake.to_owned(),
        }
    }

    fn of(command: &Command, matches: &ArgMatches) -> Self {
        let mut flags = BTreeMap::new();
        for argument in command.get_arguments() {
            let given = matches.try_contains_id(argument.get_id().as_str()).unwrap_or(false)
                && matches.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine);
            if let (true, Some(variable), Some(flag)) = (given, argument.get_env(), argument.get_long()) {
                flags.insert(variable.to_string_lossy().into_owned(), format!("--{flag}"));
            }
        }
        if let Some((name, inner)) = matches.subcommand()
            && let Some(command) = command.find_subcommand(name)
        {
            flags.extend(Self::of(command, inner).0);
        }
        Self(flags)
    }
}

/// Reads the command line and the environment.
///
/// Values that make no sense do not stop the reading: they are answered as mistakes, a sentence each, with their
/// defaults in their places, so that all mistakes of a deployment are seen at once.
///
/// # Errors
/// Those of the command line, and requests for help.
pub fn read<P: CommandFactory + FromArgMatches>() -> Result<CommandLine<P>, Refusal> {
    let mut command = P::command();
    take_negative_numbers(&mut command);
    let mut line: Vec<OsString> = std::env::args_os().collect();
    let mut mistakes = Vec::new();
    let mut forgotten = BTreeSet::new();
    loop {
        let read = command.clone().try_get_matches_from(&line).and_then(|matches| {
            let arguments = P::from_arg_matches(&matches)?;
            let mut built = command.clone();
            built.build();
            Ok((arguments, Flags::of(&built, &matches)))
        });
        let refusal = match read {
            Ok((arguments, flags)) => return Ok(CommandLine { arguments, mistakes, flags }),
            Err(refusal) => refusal,
        };
        if let Some(mistake) = forgive(&refusal, &mut command, &mut line, &mut forgotten) {
            mistakes.push(mistake);
            continue;
        }
        if mistakes.is_empty() {
            return Err(Refusal::Asked(refusal));
        }
        // What was forgotten may be missing now, which is no mistake of its own.
        if !lacks_only(&refusal, &forgotten) {
            let text = refusal.to_string();
            let sentence = text.lines().next().unwrap_or_default();
            mistakes.push(sentence.trim_start_matches("error: ").to_owned());
        }
        return Err(Refusal::Mistakes(mistakes));
    }
}

/// Lets a value begin with a minus, so that a number below its range is told as such and not as an unknown flag.
fn take_negative_numbers(command: &mut Command) {
    *command = std::mem::take(command).mut_args(|argument| {
        let takes_values = argument.get_action().takes_values();
        argument.allow_negative_numbers(takes_values)
    });
    command.get_subcommands_mut().for_each(take_negative_numbers);
}

/// Takes away a value that was refused, and says what was wrong with it. Nothing for any other refusal.
fn forgive(
    refusal: &clap::Error,
    command: &mut Command,
    line: &mut Vec<OsString>,
    forgotten: &mut BTreeSet<String>,
) -> Option<String> {
    if !matches!(refusal.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
        return None;
    }
    let argument = refusal.get(ContextKind::InvalidArg)?.to_string();
    let value = refusal.get(ContextKind::InvalidValue).map_or_else(String::new, ToString::to_string);
    let flag = argument.split(' ').next().filter(|flag| flag.starts_with("--"))?;
    // A flag wins over its variable, so where it is given it is the one at fault.
    let name =
        if forget_flag(line, flag, &value) { flag.to_owned() } else { forget_variable(command, &argument)? };
    forgotten.insert(argument.clone());
    let cause = std::error::Error::source(refusal).map(ToString::to_string);
    let rule = cause.unwrap_or_else(|| match refusal.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(known)) => format!("is none of {}", known.join(", ")),
        _ => "makes no sense here".to_owned(),
    });
    Some(format!("{name} `{value}`: {rule}"))
}

/// Takes a flag and its value from the command line; answers whether they were there.
fn forget_flag(line: &mut Vec<OsString>, flag: &str, value: &str) -> bool {
    let joined = format!("{flag}={value}");
    if let Some(place) = line.iter().position(|word| *word == *joined) {
        line.remove(place);
        return true;
    }
    let pair =
        line.windows(2).position(|words| matches!(words, [one, two] if *one == *flag && *two == *value));
    if let Some(place) = pair {
        line.drain(place..place + 2);
    }
    pair.is_some()
}

/// Makes the command deaf to the variable of an argument, and answers the name of the variable.
///
/// Nothing when there is none left: then the value came from the command line.
fn forget_variable(command: &mut Command, argument: &str) -> Option<String> {
    // An argument says how it is written only once its command is built.
    let mut built = command.clone();
    built.build();
    let found =
        built.get_arguments().find(|known| known.to_string() == argument && known.get_env().is_some());
    if let Some(known) = found {
        let variable = known.get_env()?.to_string_lossy().into_owned();
        let id = known.get_id().clone();
        *command = command.clone().mut_arg(id, |known| known.env(None::<&'static str>));
        return Some(variable);
    }
    command.get_subcommands_mut().find_map(|inner| forget_variable(inner, argument))
}

/// Whether nothing is wrong but that arguments are missing whose values were forgotten.
fn lacks_only(refusal: &clap::Error, forgotten: &BTreeSet<String>) -> bool {
    refusal.kind() == ErrorKind::MissingRequiredArgument
        && match refusal.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(missing)) => missing.iter().all(|one| forgotten.contains(one)),
            _ => false,
        }
}
