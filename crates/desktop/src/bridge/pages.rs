//! Documents of the open message: looked at, and drawn page by page as somebody scrolls to them.

use super::desk::Desk;
use crate::snapshot::{Content, OpenMessage, PageImage};
use preview::{Looked, PageSize, Picture, PreviewError};
use std::collections::VecDeque;
use std::sync::Arc;

/// Drawn pages are kept up to so many bytes; what was drawn longest ago goes first, and is drawn again when it is wanted.
const KEPT: usize = 160 * 1024 * 1024;
/// So many stay however large they are: they may all be in sight.
const IN_SIGHT: usize = 3;
/// No page is drawn narrower or wider than this, in pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 64..=3_000;

/// Documents and their pages.
#[derive(Default)]
pub(super) struct Pages {
    documents: Vec<Option<(preview::Document, Vec<PageSize>)>>,
    queue: VecDeque<Job>,
    running: Option<Job>,
    /// With their bytes, the oldest first.
    drawn: VecDeque<(Job, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Job {
    Look(usize),
    Draw {
        document: usize,
        page: usize,
        width: u32,
    },
}

enum Result {
    Looked(std::result::Result<Looked, PreviewError>),
    Drawn(std::result::Result<Picture, PreviewError>),
}

impl Pages {
    fn knows(&self, job: Job) -> bool {
        self.running == Some(job)
            || self.queue.contains(&job)
            || self.drawn.iter().any(|(drawn, _)| *drawn == job)
    }

    fn document(&self, place: usize) -> Option<&(preview::Document, Vec<PageSize>)> {
        self.documents.get(place)?.as_ref()
    }
}

impl Desk {
    /// A document has come.
    pub(super) fn document_here(&mut self, number: u64, place: usize, document: preview::Document) {
        let Some(open) = self
            .review
            .open
            .as_mut()
            .filter(|open| open.number == number)
        else {
            return;
        };
        let documents = &mut open.pages.documents;
        if documents.len() <= place {
            documents.resize_with(place + 1, || None);
        }
        if let Some(slot) = documents.get_mut(place) {
            *slot = Some((document, Vec::new()));
        }
        open.pages.queue.push_back(Job::Look(place));
        self.next_job();
    }

    /// Somebody sees this page.
    pub(super) fn draw_page(&mut self, document: usize, page: usize, width: u32) {
        let Some(open) = &mut self.review.open else {
            return;
        };
        let job = Job::Draw {
            document,
            page,
            width: width.clamp(*WIDTHS.start(), *WIDTHS.end()),
        };
        if !open.pages.knows(job) {
            // What is looked at now comes before what was scrolled past.
            open.pages.queue.push_front(job);
            self.next_job();
        }
    }

    fn next_job(&mut self) {
        let Some(worker) = self.review.viewer() else {
            return;
        };
        let Some(open) = &mut self.review.open else {
            return;
        };
        if open.pages.running.is_some() {
            return;
        }
        let Some(job) = open.pages.queue.pop_front() else {
            return;
        };
        let place = match job {
            Job::Look(place) => place,
            Job::Draw { document, .. } => document,
        };
        let Some((document, sizes)) = open.pages.document(place).cloned() else {
            return self.next_job();
        };
        open.pages.running = Some(job);
        let number = open.number;
        let working = tokio::task::spawn_blocking(move || match job {
            Job::Look(_) => Result::Looked(worker.look(&document)),
            Job::Draw { page, width, .. } => {
                let across = sizes.get(page).map_or(0.0, |size| size.width).max(1.0);
                let scale = scale(&document, width, across);
                let page = u32::try_from(page).unwrap_or(u32::MAX);
                Result::Drawn(worker.picture(&document, page, scale))
            }
        });
        self.aside(working, move |desk, result| {
            desk.job_done(number, job, result.ok());
        });
    }

    fn job_done(&mut self, number: u64, job: Job, result: Option<Result>) {
        let Some(open) = self
            .review
            .open
            .as_mut()
            .filter(|open| open.number == number)
        else {
            return;
        };
        open.pages.running = None;
        match (job, result) {
            (Job::Look(place), Some(Result::Looked(looked))) => self.looked(number, place, looked),
            (Job::Draw { document, page, .. }, Some(Result::Drawn(drawn))) => {
                self.drawn(number, job, document, page, drawn);
            }
            _ => {}
        }
        self.next_job();
    }

    fn looked(
        &mut self,
        number: u64,
        place: usize,
        looked: std::result::Result<Looked, PreviewError>,
    ) {
        let mut sizes = Vec::new();
        let content = match looked {
            Ok(Looked::Pdf { pages, .. }) => {
                sizes = pages;
                Content::Pages(vec![None; sizes.len()])
            }
            Ok(Looked::Picture { width, height }) => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "a picture has fewer pixels across"
                )]
                sizes.push(PageSize {
                    width: width as f32,
                    height: height as f32,
                });
                Content::Pages(vec![None])
            }
            Ok(Looked::Text { mut text, cut }) => {
                if cut {
                    text.push_str("\n\n(There is more than can be shown here.)");
                }
                Content::Text(text.into())
            }
            Err(error) => Content::NotShown {
                reason: error.words().to_owned(),
            },
        };
        if let Some(slot) = self
            .review
            .open
            .as_mut()
            .and_then(|open| open.pages.documents.get_mut(place))
            .and_then(Option::as_mut)
        {
            slot.1 = sizes;
        }
        if let Some(open) = self.opened_mut(number) {
            put(open, place, content);
        }
    }

    fn drawn(
        &mut self,
        number: u64,
        job: Job,
        document: usize,
        page: usize,
        drawn: std::result::Result<Picture, PreviewError>,
    ) {
        let picture = match drawn {
            Ok(picture) => picture,
            Err(error) => {
                let reason = error.words().to_owned();
                if let Some(open) = self.opened_mut(number) {
                    put(open, document, Content::NotShown { reason });
                }
                return;
            }
        };
        self.pictures += 1;
        let image = Arc::new(PageImage {
            id: self.pictures,
            width: picture.width,
            height: picture.height,
            rgba: picture.rgba,
        });
        let gone = self.keep_drawn(job, image.rgba.len());
        if let Some(open) = self.opened_mut(number) {
            if let Some(slot) = slot(open, document, page) {
                *slot = Some(image);
            }
            for (document, page) in gone {
                if let Some(slot) = slot(open, document, page) {
                    *slot = None;
                }
            }
        }
    }

    /// Notes that this was drawn; gives the pages that have to go for it.
    fn keep_drawn(&mut self, job: Job, bytes: usize) -> Vec<(usize, usize)> {
        let Some(open) = &mut self.review.open else {
            return Vec::new();
        };
        let drawn = &mut open.pages.drawn;
        // The same page in another width took its place.
        drawn.retain(|(old, _)| page_of(*old) != page_of(job));
        drawn.push_back((job, bytes));
        let sizes: Vec<usize> = drawn.iter().map(|(_, bytes)| *bytes).collect();
        let gone = drawn.drain(..too_many(&sizes));
        gone.filter_map(|(old, _)| page_of(old)).collect()
    }
}

fn page_of(job: Job) -> Option<(usize, usize)> {
    match job {
        Job::Draw { document, page, .. } => Some((document, page)),
        Job::Look(_) => None,
    }
}

/// So many of the oldest have to go.
fn too_many(sizes: &[usize]) -> usize {
    let mut left: usize = sizes.iter().sum();
    let most = sizes.len().saturating_sub(IN_SIGHT);
    let over = sizes.iter().take(most).take_while(|size| {
        let over = left > KEPT;
        left = left.saturating_sub(**size);
        over
    });
    over.count()
}

fn scale(document: &preview::Document, width: u32, across: f32) -> f32 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a screen has fewer pixels across"
    )]
    let scale = width as f32 / across;
    match document.kind {
        // A photograph gains nothing by being made larger than it is.
        model::attachment::Kind::Jpeg => scale.min(1.0),
        _ => scale,
    }
}

fn put(open: &mut OpenMessage, place: usize, content: Content) {
    if let Some(document) = open.documents.get_mut(place) {
        document.content = content;
    }
}

fn slot(
    open: &mut OpenMessage,
    document: usize,
    page: usize,
) -> Option<&mut Option<Arc<PageImage>>> {
    match &mut open.documents.get_mut(document)?.content {
        Content::Pages(pages) => pages.get_mut(page),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, too_many};

    #[test]
    fn pages_go_by_their_bytes_but_those_in_sight_stay() {
        assert_eq!(too_many(&[]), 0);
        assert_eq!(too_many(&[1_000; 200]), 0);
        assert_eq!(too_many(&[KEPT; 3]), 0);
        assert_eq!(too_many(&[KEPT; 5]), 2);
        assert_eq!(too_many(&[KEPT / 4; 5]), 1);
    }
}
