//! The message's own words, sanitised by the crate `preview` into headings, paragraphs, items and table rows.

use super::READING;
use crate::look::{INK, LINE, WASH};
use ::preview::{Block, Marker, Span};
use eframe::egui::{
    self, Color32, FontId, Label, Sense, Stroke, TextFormat, Ui, accesskit, pos2, text::LayoutJob,
    vec2,
};

/// Draws them.
pub(super) fn show(ui: &mut Ui, blocks: &[Block]) {
    ui.spacing_mut().item_spacing.y = 10.0;
    for block in blocks {
        match block {
            Block::Heading { level, spans } => {
                ui.add_space(4.0);
                let size = READING + 2.0 * f32::from(4_u8.saturating_sub(*level));
                let spans: Vec<Span> = spans
                    .iter()
                    .map(|span| Span {
                        bold: true,
                        ..span.clone()
                    })
                    .collect();
                let shown = text(ui, &spans, size);
                ui.ctx().accesskit_node_builder(shown.id, |node| {
                    node.set_role(accesskit::Role::Heading);
                    node.set_label(plain(&spans));
                });
            }
            Block::Paragraph { spans } => {
                text(ui, spans, READING);
            }
            Block::Item {
                depth,
                marker,
                spans,
            } => item(ui, *depth, *marker, spans),
            Block::Row { head, cells } => row(ui, *head, cells),
            Block::Rule => {
                let (line, _) =
                    ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
                ui.painter()
                    .hline(line.x_range(), line.center().y, Stroke::new(1.0, LINE));
            }
        }
    }
}

fn plain(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn item(ui: &mut Ui, depth: u8, marker: Marker, spans: &[Span]) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.add_space(18.0 * f32::from(depth.min(8)));
        let marker = match marker {
            Marker::Bullet => "\u{2022}".to_owned(),
            Marker::Number(n) => format!("{n}."),
        };
        ui.label(egui::RichText::new(marker).size(READING).color(INK));
        ui.vertical(|ui| text(ui, spans, READING));
    });
}

fn row(ui: &mut Ui, head: bool, cells: &[Vec<Span>]) {
    let count = u16::try_from(cells.len().max(1)).map_or(1.0, f32::from);
    let room = ui.available_width();
    let each = (room / count - 12.0).max(24.0);
    let backdrop = ui.painter().add(egui::Shape::Noop);
    let shown = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        for cell in cells {
            ui.allocate_ui(vec2(each, 0.0), |ui| {
                ui.vertical(|ui| {
                    ui.set_width(each);
                    let spans: Vec<Span> = cell
                        .iter()
                        .map(|span| Span {
                            bold: span.bold || head,
                            ..span.clone()
                        })
                        .collect();
                    text(ui, &spans, READING - 1.0);
                });
            });
        }
    });
    let rect = shown.response.rect;
    if head {
        let fill = egui::Shape::rect_filled(rect.expand2(vec2(4.0, 3.0)), 0.0, WASH);
        ui.painter().set(backdrop, fill);
    }
    ui.painter()
        .hline(rect.x_range(), rect.bottom() + 4.0, Stroke::new(1.0, LINE));
}

/// Spans as one wrapped text. Bold is painted twice, one pixel apart, as the default fonts have no bold face.
fn text(ui: &mut Ui, spans: &[Span], size: f32) -> egui::Response {
    let job = |all: bool| {
        let mut job = LayoutJob::default();
        for span in spans {
            let ink = if all || span.bold {
                INK
            } else {
                Color32::TRANSPARENT
            };
            let underline = if span.underline && all {
                Stroke::new(1.0, INK)
            } else {
                Stroke::NONE
            };
            job.append(
                &span.text,
                0.0,
                TextFormat {
                    font_id: FontId::proportional(size),
                    color: ink,
                    italics: span.italic,
                    underline,
                    ..TextFormat::default()
                },
            );
        }
        job
    };
    let room = ui.available_width();
    let shown = ui.add(Label::new(job(true)).wrap().selectable(true));
    if spans.iter().any(|span| span.bold) && ui.is_rect_visible(shown.rect) {
        let mut again = job(false);
        again.wrap.max_width = room;
        let galley = ui.painter().layout_job(again);
        let at = pos2(
            shown.rect.left() + 1.0 / ui.ctx().pixels_per_point(),
            shown.rect.top(),
        );
        ui.painter().galley(at, galley, Color32::TRANSPARENT);
    }
    shown
}
