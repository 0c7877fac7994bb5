//! Every screen, shown without a window, asked by the names that a screen reader hears.

// `cfg(test)` tells clippy that these are tests, helpers included.
#[cfg(test)]
mod asked;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod first_start;
#[cfg(test)]
mod guard;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod menu;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod open;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod reach;
#[cfg(test)]
mod reject;
#[cfg(test)]
mod review;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod standing;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod widgets;
