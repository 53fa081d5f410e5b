//! Signals, memos and effects: Leptos's graph, with one compiled type of node for all types of value.
//!
//! The library compiles storage, locks, guards and comparisons anew for every `T` of a signal or memo, four to six
//! kilobytes each. Here a value lies in its node as `dyn Any`, and what is generic is the handle: it knows the type and
//! nothing else. The names and methods are Leptos's own, those that the client uses.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    fmt,
    marker::PhantomData,
    rc::Rc,
};
use upstream::reactive::{
    computed, effect,
    graph::untrack,
    owner::{LocalStorage, StoredValue},
    signal::ArcTrigger,
    traits::{Get as _, GetUntracked as _, GetValue as _, Notify as _, Track as _},
};

/// A value, whatever its type.
type Anything = Rc<dyn Any>;

/// What a handle finds gone: a programming error, as with the library.
#[expect(
    clippy::expect_used,
    reason = "one message for what only a mistake in this program brings about"
)]
fn alive<T>(found: Option<T>) -> T {
    found.expect("a signal was read after what owned it had gone")
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        pub struct $name<T> {
            inner: $inner,
            of: PhantomData<fn() -> T>,
        }

        // Not derived: a handle is copied whether or not its value can be.
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

/// A signal's node.
struct Node {
    value: RefCell<Box<dyn Any>>,
    readers: ArcTrigger,
}

handle! {
    /// A value that tells its readers when it changes.
    RwSignal(StoredValue<Rc<Node>, LocalStorage>)
}

impl<T: 'static> RwSignal<T> {
    /// A signal with this value.
    pub fn new(value: T) -> Self {
        Self {
            inner: new_node(Box::new(value)),
            of: PhantomData,
        }
    }

    /// The same as [`RwSignal::new`]: no signal here leaves its thread.
    pub fn new_local(value: T) -> Self {
        Self::new(value)
    }

    fn node(self) -> Rc<Node> {
        alive(self.inner.try_get_value())
    }

    /// Reads the value, and is told of its changes.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        let node = self.node();
        node.readers.track();
        peek(&node, read)
    }

    /// Reads the value as it is now.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        peek(&self.node(), read)
    }

    /// The value; is told of its changes.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value as it is now.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// The value as it is now; `None` where the signal has gone.
    pub fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        let node = self.inner.try_get_value()?;
        Some(peek(&node, T::clone))
    }

    /// Is told of changes without reading.
    pub fn track(self) {
        self.node().readers.track();
    }

    /// Sets the value.
    pub fn set(self, value: T) {
        // What has gone needs no value.
        let _ = self.try_set(value);
    }

    /// Sets the value; gives it back where the signal has gone.
    pub fn try_set(self, value: T) -> Option<T> {
        match self.inner.try_get_value() {
            Some(node) => {
                replace(&node, Box::new(value));
                None
            }
            None => Some(value),
        }
    }

    /// Changes the value.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        let _ = self.try_update(change);
    }

    /// Changes the value; `None` where the signal has gone.
    pub fn try_update<U>(self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        let node = self.inner.try_get_value()?;
        let changed = change(cast_mut(&mut **node.value.borrow_mut()));
        node.readers.notify();
        Some(changed)
    }
}

fn new_node(value: Box<dyn Any>) -> StoredValue<Rc<Node>, LocalStorage> {
    StoredValue::new_local(Rc::new(Node {
        value: RefCell::new(value),
        readers: ArcTrigger::new(),
    }))
}

fn peek<T: 'static, U>(node: &Node, read: impl FnOnce(&T) -> U) -> U {
    read(cast(&**node.value.borrow()))
}

/// The value as what its handle knows it to be.
// Once a type, not once a use: the check compares 128 random bits, which nothing compresses.
#[inline(never)]
fn cast<T: 'static>(value: &dyn Any) -> &T {
    alive(value.downcast_ref())
}

/// As [`cast`], to change it.
#[inline(never)]
fn cast_mut<T: 'static>(value: &mut dyn Any) -> &mut T {
    alive(value.downcast_mut())
}

fn replace(node: &Node, value: Box<dyn Any>) {
    // The old value is dropped after the borrow: its destructor may look at signals.
    let _old = node.value.replace(value);
    node.readers.notify();
}

/// What a memo keeps: a value, and how to tell whether another is the same.
#[derive(Clone)]
struct Kept {
    value: SendWrapper<Anything>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

use upstream::__reexports::send_wrapper::SendWrapper;

handle! {
    /// A value derived from others, computed when it is read and one of them has changed.
    Memo(computed::Memo<Kept>)
}

/// What computes a memo.
trait Compute {
    fn compute(&self, before: Option<&dyn Any>) -> Anything;
}

struct Computed<F, T>(F, PhantomData<fn() -> T>);

impl<F: Fn(Option<&T>) -> T, T: 'static> Compute for Computed<F, T> {
    fn compute(&self, before: Option<&dyn Any>) -> Anything {
        Rc::new((self.0)(before.map(cast)))
    }
}

fn same<T: PartialEq + 'static>(one: &dyn Any, other: &dyn Any) -> bool {
    cast::<T>(one) == cast::<T>(other)
}

fn new_memo(
    compute: Box<dyn Compute>,
    same: fn(&dyn Any, &dyn Any) -> bool,
) -> computed::Memo<Kept> {
    let compute = SendWrapper::new(compute);
    computed::Memo::new_with_compare(
        move |before: Option<&Kept>| Kept {
            value: SendWrapper::new(compute.compute(before.map(|before| &**before.value))),
            same,
        },
        |before, now| match (before, now) {
            (Some(before), Some(now)) => !(now.same)(&**before.value, &**now.value),
            _ => true,
        },
    )
}

impl<T: PartialEq + 'static> Memo<T> {
    /// A memo of what this computes.
    pub fn new(compute: impl Fn(Option<&T>) -> T + 'static) -> Self {
        Self {
            inner: new_memo(Box::new(Computed(compute, PhantomData)), same::<T>),
            of: PhantomData,
        }
    }
}

impl<T: 'static> Memo<T> {
    /// Reads the value, and is told of its changes.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        glimpse(&tracked(self.inner), read)
    }

    /// Reads the value as it is now.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        glimpse(&alive(untracked(self.inner)), read)
    }

    /// The value; is told of its changes.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value as it is now.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// The value as it is now; `None` where the memo has gone.
    pub fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        untracked(self.inner).map(|value| glimpse(&value, T::clone))
    }
}

fn tracked(memo: computed::Memo<Kept>) -> Anything {
    alive(memo.try_get()).value.take()
}

fn untracked(memo: computed::Memo<Kept>) -> Option<Anything> {
    memo.try_get_untracked().map(|kept| kept.value.take())
}

fn glimpse<T: 'static, U>(value: &Anything, read: impl FnOnce(&T) -> U) -> U {
    read(cast(&**value))
}

/// What a [`Signal`] reads.
trait Derive<T> {
    fn derive(&self) -> T;
}

impl<T, F: Fn() -> T> Derive<T> for F {
    fn derive(&self) -> T {
        self()
    }
}

handle! {
    /// Something to be read that follows what it is made from, whatever that is.
    Signal(StoredValue<Anything, LocalStorage>)
}

impl<T: 'static> Signal<T> {
    /// What this closure says, each time it is read.
    pub fn derive(read: impl Fn() -> T + 'static) -> Self {
        let read: Box<dyn Derive<T>> = Box::new(read);
        Self {
            inner: StoredValue::new_local(Rc::new(read)),
            of: PhantomData,
        }
    }

    /// Always this.
    pub fn stored(value: T) -> Self
    where
        T: Clone,
    {
        Self::derive(move || value.clone())
    }

    /// What it says; is told of its changes.
    pub fn get(self) -> T {
        let read = alive(self.inner.try_get_value());
        cast::<Box<dyn Derive<T>>>(&*read).derive()
    }

    /// What it says now.
    pub fn get_untracked(self) -> T {
        untrack(|| self.get())
    }
}

impl<T: Clone + 'static> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::derive(move || signal.get())
    }
}

impl<T: Clone + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}

/// Something that is done after what it reads has changed, and once at the start.
#[derive(Debug)]
pub struct Effect;

impl Effect {
    /// Runs soon, and again after each change; each run is given what the one before returned.
    #[expect(
        clippy::new_ret_no_self,
        reason = "Leptos's name; the effect lives as long as what owns it"
    )]
    pub fn new<T: 'static>(mut run: impl FnMut(Option<T>) -> T + 'static) {
        let before = Cell::new(None);
        new_effect(Box::new(move || before.set(Some(run(before.take())))));
    }
}

fn new_effect(mut run: Box<dyn FnMut()>) {
    effect::Effect::new(move |_: Option<()>| run());
}
