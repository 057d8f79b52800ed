// SPDX-License-Identifier: GPL-2.0

//! Colours, or what stands for them where there are none. Pure.
//!
//! Every colour only repeats what a word or a sign beside it says.

use ratatui::style::{Color, Modifier, Style};

use crate::demo::map::What;

/// Backgrounds of fields, under black letters.
const FIELDS: [(&str, Color); 9] = [
    ("rx_timestamp", Color::LightMagenta),
    ("rx_hash", Color::LightGreen),
    ("rx_hash_type", Color::Green),
    ("rx_vlan_tci", Color::LightCyan),
    ("rx_vlan_proto", Color::Cyan),
    ("rx_csum", Color::LightYellow),
    ("rx_packet_type", Color::LightBlue),
    ("rx_ip_id", Color::Yellow),
    ("rx_timestamp_kind", Color::Magenta),
];

/// Whether there are colours.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    coloured: bool,
}

impl Palette {
    /// With colours, unless `NO_COLOR` is set to something.
    pub fn usual() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: !refused }
    }

    /// Without.
    #[cfg(test)]
    pub fn none() -> Self {
        Self { coloured: false }
    }

    /// With.
    #[cfg(test)]
    pub fn colours() -> Self {
        Self { coloured: true }
    }

    fn coloured(self, style: Style, otherwise: Style) -> Style {
        if self.coloured {
            style
        } else {
            otherwise
        }
    }

    /// Bytes of a record.
    pub fn bytes(self, what: &What) -> Style {
        let colour = match what {
            What::Gap => return self.faint(),
            What::Trailer(_) => Color::Gray,
            What::Field(name) => {
                let known = FIELDS.iter().find(|(known, _)| known == name);
                known.map_or(Color::White, |(_, colour)| *colour)
            }
        };
        let plain = Style::new().add_modifier(Modifier::REVERSED);
        self.coloured(Style::new().bg(colour).fg(Color::Black), plain)
    }

    /// What was turned just now.
    pub fn turned(self) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED);
        self.coloured(bold.fg(Color::Yellow), bold)
    }

    /// What is wrong.
    pub fn wrong(self) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        self.coloured(bold.fg(Color::LightRed), bold)
    }

    /// What is right.
    pub fn right(self) -> Style {
        self.coloured(Style::new().fg(Color::LightGreen), Style::new())
    }

    /// What matters less.
    pub fn faint(self) -> Style {
        self.coloured(
            Style::new().fg(Color::DarkGray),
            Style::new().add_modifier(Modifier::DIM),
        )
    }

    /// A title.
    pub fn title(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }
}
