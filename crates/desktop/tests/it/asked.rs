//! What a screen asked for, in words that a test can compare.

use desktop::command::Command;

/// Each command as one line, leaving out the looking up of names, the drawing of pages and the reading of lists.
pub(crate) fn deeds(asked: &[Command]) -> Vec<String> {
    asked.iter().filter_map(deed).collect()
}

fn deed(command: &Command) -> Option<String> {
    Some(match command {
        Command::Open { reference } => format!("open {reference}"),
        Command::Close => "close".to_owned(),
        Command::Import { confirmed, .. } => format!("import, confirmed {confirmed}"),
        Command::Reject { reason, .. } => format!("reject: {reason}"),
        Command::Undo => "undo".to_owned(),
        Command::ShowCode => "show code".to_owned(),
        Command::HideCode => "hide code".to_owned(),
        Command::Withdraw { token_id } => format!("withdraw {token_id}"),
        Command::OpenRecord { address } => format!("open record {address}"),
        Command::LaunchWidget { id, patient } => {
            let patient = patient
                .as_ref()
                .map_or("nobody", |patient| patient.as_str());
            format!("launch {id} for {patient}")
        }
        Command::HideWidget { id, hidden } => format!("hide {id}: {hidden}"),
        Command::WantNames(_) | Command::DrawPage { .. } | Command::ReadPermissions => return None,
        _ => "something else".to_owned(),
    })
}
