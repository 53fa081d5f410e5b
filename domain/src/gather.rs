//! Gathering into maps and sets one by one.

/// Gathers items into any collection that grows.
///
/// `collect` sorts before it builds a map or a set, and the sort is compiled anew for each type: three kilobytes of
/// the phone's download each. The collections here have a few dozen items.
pub trait Gather: Iterator + Sized {
    /// Like `collect`.
    fn gathered<C: Default + Extend<Self::Item>>(self) -> C {
        let mut gathered = C::default();
        gathered.extend(self);
        gathered
    }
}

impl<I: Iterator> Gather for I {}
