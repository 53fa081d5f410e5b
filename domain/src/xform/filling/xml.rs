//! The submission as the XML that other engines write, to be compared with theirs.

use super::{At, Filling, Role};
use std::fmt::Write as _;

impl Filling {
    /// The submission: relevant places in order, blank ones too, one element a line.
    pub fn xml(&self) -> String {
        let mut text = String::new();
        self.write(At::FORM, 0, &mut text);
        text
    }

    /// Forms are at most as deep as [`Form::check`](super::super::Form::check) allows.
    fn write(&self, at: At, depth: usize, text: &mut String) {
        let name = &self.node(at).name;
        let space = "  ".repeat(depth);
        let spot = self.spot(at);
        if spot.role == Role::Repeat {
            for instance in self.contents(at) {
                self.write(instance, depth, text);
            }
            return;
        }
        if !self.is_relevant(at) {
            return;
        }
        if spot.role == Role::Question {
            let value = spot.shown();
            let value = value.replace('&', "&amp;").replace('<', "&lt;");
            let value = value.replace('>', "&gt;");
            let _ = writeln!(text, "{space}<{name}>{value}</{name}>");
            return;
        }
        let _ = writeln!(text, "{space}<{name}>");
        for child in self.contents(at) {
            self.write(child, depth + 1, text);
        }
        let _ = writeln!(text, "{space}</{name}>");
    }
}
