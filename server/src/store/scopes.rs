//! How far the scopes have come, as a writing transaction counts them.

use super::{StoreError, StoreResult};
use ruyuan_domain::{Digest, Record, ScopeId, Seq};
use std::collections::BTreeMap;

/// How far a scope has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScopeHead {
    /// Its highest seq.
    pub seq: Seq,
    /// The lowest cursor that can still be continued.
    pub min: Seq,
    /// What stands in it.
    pub digest: Digest,
}

/// A commit moved a scope: whoever may see it may want to pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Which.
    pub scope: ScopeId,
    /// How far it has come.
    pub head: Seq,
}

/// Hints that a listener may fall behind by before it misses some.
pub const HINTS_KEPT: usize = 256;

/// The scopes that a transaction has locked. They are counted here and written once, when it commits: one statement
/// a scope and not two a row, and no database has to add modulo 2⁶⁴.
#[derive(Debug, Default)]
pub struct LockedScopes {
    now: BTreeMap<ScopeId, ScopeHead>,
    at_lock: BTreeMap<ScopeId, ScopeHead>,
    at_savepoint: BTreeMap<ScopeId, ScopeHead>,
}

impl LockedScopes {
    /// The transaction has locked this scope and read this.
    pub fn lock(&mut self, scope: &ScopeId, head: ScopeHead) {
        self.now.entry(scope.clone()).or_insert(head);
        self.at_lock.entry(scope.clone()).or_insert(head);
    }

    fn get(&mut self, scope: &ScopeId) -> StoreResult<&mut ScopeHead> {
        self.now
            .get_mut(scope)
            .ok_or_else(|| StoreError::Other(format!("{scope} is written without its lock")))
    }

    /// Counts up a scope's seq.
    ///
    /// # Errors
    /// The scope is not locked.
    pub fn next_seq(&mut self, scope: &ScopeId) -> StoreResult<Seq> {
        let head = self.get(scope)?;
        head.seq = Seq(head.seq.0 + 1);
        Ok(head.seq)
    }

    /// Sets the lowest cursor that can be continued.
    ///
    /// # Errors
    /// The scope is not locked.
    pub fn set_min_seq(&mut self, scope: &ScopeId, min: Seq) -> StoreResult<()> {
        self.get(scope)?.min = min;
        Ok(())
    }

    /// A row takes the place of another, perhaps in another scope.
    ///
    /// # Errors
    /// A scope is not locked.
    pub fn replace(&mut self, before: Option<&Record>, after: &Record) -> StoreResult<()> {
        if let Some(before) = before {
            self.get(&before.scope)?.digest.take_out(before);
        }
        self.get(&after.scope)?.digest.add(after);
        Ok(())
    }

    /// How a locked scope stands now.
    pub fn head(&self, scope: &ScopeId) -> Option<ScopeHead> {
        self.now.get(scope).copied()
    }

    /// Remembers how everything stands.
    pub fn savepoint(&mut self) {
        self.at_savepoint = self.now.clone();
    }

    /// Back to how everything stood.
    pub fn undo(&mut self) {
        // Locks taken since then stay, and nothing was counted under them that stays.
        let mut before = std::mem::take(&mut self.at_savepoint);
        for (scope, head) in &self.at_lock {
            before.entry(scope.clone()).or_insert(*head);
        }
        self.now = before;
    }

    /// The scopes that were moved, with how they stand now.
    pub fn moved(&self) -> impl Iterator<Item = (&ScopeId, &ScopeHead)> {
        self.now
            .iter()
            .filter(|(scope, head)| self.at_lock.get(scope) != Some(head))
    }

    /// What to tell everybody once the transaction is committed.
    pub fn hints(&self) -> Vec<Hint> {
        self.moved()
            .map(|(scope, head)| Hint {
                scope: scope.clone(),
                head: head.seq,
            })
            .collect()
    }
}
