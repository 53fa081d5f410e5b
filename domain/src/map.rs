//! The map of this project.

/// A map that is a sorted vector: for the dozens of entries that a record, a draft or a queue has it is as quick as a
/// tree, and one fifth of its code, for which the download pays at each type.
pub type Map<K, V> = litemap::LiteMap<K, V>;
