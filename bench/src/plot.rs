//! The plot: a bar for each row, as far as it comes towards its target, which is one line for all.

use crate::goals::{Of, Verdict};
use crate::measured::Measured;
use crate::table::{bound, number};
use std::fmt::Write as _;

const WIDTH: f64 = 1240.0;
const LEFT: f64 = 520.0;
const RIGHT: f64 = 250.0;
const TOP: f64 = 96.0;
const STEP: f64 = 34.0;
const BAR: f64 = 18.0;
/// The scale goes from a quarter of the target to four times it; beyond, bars are cut.
const LEAST: f64 = 0.25;
const MOST: f64 = 4.0;
const REACHED: &str = "#00703c";
const HOLDS: &str = "#ed8b00";
const BELOW: &str = "#d5281b";
const BROKEN: &str = "#7c2855";
const STYLE: &str = "text{font-family:system-ui,'Segoe UI',Arial,sans-serif;font-size:13px;fill:#212b32}\
.faint{fill:#4c6272}.small{font-size:12px}.bold{font-weight:600}.head{font-size:19px;font-weight:600}.middle{text-anchor:middle}.beyond{fill:#fff;font-size:15px}";

/// An SVG of all rows.
pub(crate) fn svg(rows: &[Measured]) -> String {
    let shown: Vec<_> = rows.iter().filter(|row| row.figure().is_finite()).collect();
    let bottom = TOP + STEP * crate::stats::figure(shown.len()) + 8.0;
    let height = bottom + 48.0;
    let mut plot = Plot(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Baton's bench: each row against its target\">\
         <style>{STYLE}</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    ));
    plot.words(24.0, 36.0, "head", "Baton against this machine's limits");
    let what = "Bars show how much of the target is reached, on a logarithmic scale: farther right is better. \
                Thin lines are the rounds' extremes. Pale bars were measured on a noisy machine.";
    plot.words(24.0, 58.0, "faint", what);
    for (place, row) in shown.into_iter().enumerate() {
        let y = TOP + STEP * crate::stats::figure(place);
        if place.is_multiple_of(2) {
            plot.rect((12.0, y), (WIDTH - 24.0, STEP), "fill=\"#f0f4f5\"");
        }
        plot.bar(row, y);
    }
    plot.scale(bottom);
    plot.legend(height - 16.0);
    plot.0.push_str("</svg>\n");
    plot.0
}

/// Where a share of the target stands.
fn x(reached: f64) -> f64 {
    let share = (reached.clamp(LEAST, MOST) / LEAST).ln() / (MOST / LEAST).ln();
    LEFT + share * (WIDTH - LEFT - RIGHT)
}

fn colour(row: &Measured) -> &'static str {
    if row.broken.is_some() {
        return BROKEN;
    }
    match row.verdict() {
        Verdict::Target => REACHED,
        Verdict::Gate => HOLDS,
        Verdict::Below => BELOW,
        Verdict::Told => "#768692",
    }
}

/// How much of its target a figure of this row is; a row without one is shown as it is.
fn reached(row: &Measured, figure: f64) -> f64 {
    row.row.goal.map_or(figure, |goal| goal.reached(figure))
}

/// The SVG so far.
struct Plot(String);

impl Plot {
    fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a String does not fail.
        let _ = self.0.write_fmt(piece);
        self.0.push('\n');
    }

    fn words(&mut self, x: f64, y: f64, class: &str, words: &str) {
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{words}</text>"
        ));
    }

    fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), look: &str) {
        self.put(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {look}/>"
        ));
    }

    fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), look: &str) {
        self.put(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {look}/>"
        ));
    }

    /// Lines for shares of the target.
    fn scale(&mut self, bottom: f64) {
        let marks = [
            (0.25, "¼"),
            (0.5, "½"),
            (1.0, "target"),
            (2.0, "2 ×"),
            (4.0, "4 ×"),
        ];
        for (share, name) in marks {
            let look = if name == "target" {
                "stroke=\"#212b32\" stroke-width=\"1.6\""
            } else {
                "stroke=\"#aeb7bd\" stroke-width=\"0.8\""
            };
            self.line((x(share), TOP - 6.0), (x(share), bottom), look);
            self.words(x(share), TOP - 12.0, "small faint middle", name);
        }
    }

    fn bar(&mut self, row: &Measured, y: f64) {
        let middle = y + STEP / 2.0;
        let (top, base) = (middle - BAR / 2.0, middle + 4.5);
        self.words(24.0, base, "bold", row.row.name);
        self.words(124.0, base, "small", row.row.what);
        let figure = row.figure();
        let share = reached(row, figure);
        let end = x(share);
        let shade = if row.is_noisy() { 0.45 } else { 1.0 };
        let look = format!("rx=\"2\" fill=\"{}\" opacity=\"{shade}\"", colour(row));
        self.rect((LEFT, top), ((end - LEFT).max(2.0), BAR), &look);
        if share > MOST {
            // It goes on where the scale ends.
            self.words(end - 13.0, base, "beyond", "»");
        } else {
            let (least, most) = row.span();
            let (from, to) = (x(reached(row, least)), x(reached(row, most)));
            let look = "stroke=\"#212b32\" stroke-width=\"1.4\"";
            self.line((from, middle), (to, middle), look);
        }
        if let Some(goal) = row.row.goal {
            self.gate(x(goal.reached(goal.gate)), middle);
        }
        self.told(row, figure, base);
    }

    /// A gate: dark on white, so that it shows on every colour.
    fn gate(&mut self, x: f64, middle: f64) {
        let (top, bottom) = (middle - BAR / 2.0 - 3.0, middle + BAR / 2.0 + 3.0);
        self.line((x, top), (x, bottom), "stroke=\"#fff\" stroke-width=\"5\"");
        let look = "stroke=\"#212b32\" stroke-width=\"2\" stroke-dasharray=\"3 2\"";
        self.line((x, top), (x, bottom), look);
    }

    /// The figure and what it should be.
    fn told(&mut self, row: &Measured, figure: f64, base: f64) {
        let right = WIDTH - RIGHT + 18.0;
        let unit = match row.row.goal {
            Some(goal) if goal.of == Of::Ours => row.row.unit,
            _ => "×",
        };
        self.words(right, base, "bold", &format!("{} {unit}", number(figure)));
        if row.row.goal.is_some() {
            let goal = bound(row.row, |goal| goal.target)
                .replace(">=", "≥")
                .replace("<=", "≤");
            self.words(right + 88.0, base, "small faint", &goal);
        }
    }

    fn legend(&mut self, y: f64) {
        let entries = [
            (REACHED, "target reached"),
            (HOLDS, "gate holds"),
            (BELOW, "below the gate"),
            (BROKEN, "a promise was broken"),
        ];
        let mut x = 124.0;
        for (colour, name) in entries {
            let look = format!("rx=\"2\" fill=\"{colour}\"");
            self.rect((x, y - 10.5), (12.0, 12.0), &look);
            self.words(x + 18.0, y, "small", name);
            x += 172.0;
        }
        self.gate(x + 6.0, y - 4.5);
        self.words(x + 18.0, y, "small", "gate");
    }
}
