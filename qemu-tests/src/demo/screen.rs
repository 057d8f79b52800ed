// SPDX-License-Identifier: GPL-2.0

//! The demo on a terminal: takes it, draws what is known several times a second, and gives it back.
//!
//! What must never happen is a terminal that stays raw: it is given back by a drop, and by a hook when something panics.

mod bytes;
mod panels;
mod style;
#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ratatui::crossterm::event::{self, Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::DefaultTerminal;
use serde_json::Value;

use super::story::{Event, Story};
use crate::follow::Audience;
use crate::trouble::Trouble;
use style::Palette;

/// Between two pictures.
const FRAME: Duration = Duration::from_millis(80);

/// Whether there is a terminal that can be drawn on, and somebody at its keyboard.
pub fn possible() -> bool {
    let can_draw = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    can_draw && std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
}

/// The terminal, while it is taken.
#[derive(Debug)]
pub struct Screen {
    terminal: DefaultTerminal,
    palette: Palette,
    story: Story,
    log: Vec<String>,
    drawn: Option<Instant>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    ///
    /// When it does not let itself be taken.
    pub fn open(story: Story) -> Result<Self> {
        let terminal = ratatui::try_init()
            .inspect_err(|_| ratatui::restore())
            .context("cannot draw on this terminal; try --plain")?;
        Ok(Self {
            terminal,
            palette: Palette::usual(),
            story,
            log: Vec::new(),
            drawn: None,
        })
    }

    /// Gives it back; what was heard, and what the guest had for the log.
    pub fn close(mut self) -> (Story, Vec<String>) {
        let story = std::mem::take(&mut self.story);
        (story, std::mem::take(&mut self.log))
    }

    /// Whether somebody wants to leave.
    fn is_left(&self) -> Result<bool> {
        while event::poll(Duration::ZERO)? {
            if matches!(event::read()?, Input::Key(key) if leaves(key)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// `q`, Escape, and Ctrl-C, which is a key like others on a raw terminal.
fn leaves(key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => true,
        KeyCode::Char('c') => key.modifiers.contains(KeyModifiers::CONTROL),
        _ => false,
    }
}

impl Audience for Screen {
    fn event(&mut self, event: &Value) -> Result<()> {
        self.story.hear(Event::parse(event)?)
    }

    fn log(&mut self, text: &str) {
        self.log.push(text.to_owned());
    }

    fn tick(&mut self) -> Result<Duration> {
        let age = self.drawn.map_or(FRAME, |drawn| drawn.elapsed());
        if age < FRAME {
            return Ok(FRAME - age);
        }
        if self.is_left()? {
            let (at, of) = (self.story.changes(), self.story.of);
            let text = format!("the demo was ended after {at} of {of} changes, without a result");
            return Err(Trouble::Stopped(text).into());
        }
        let (story, palette) = (&self.story, self.palette);
        self.terminal
            .draw(|frame| panels::draw(frame, story, palette))?;
        self.drawn = Some(Instant::now());
        Ok(FRAME)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}
