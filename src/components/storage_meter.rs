//! How much of this phone the app takes, how much of that are photos, and a way to give some back.

use crate::{
    components::format,
    i18n::*,
    state::{once::Once, store::use_store},
};
use leptos::prelude::*;

/// The meter.
#[component]
pub fn StorageMeter() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let kept = Memo::new(move |_| store.read(|state| state.kept()));
    Effect::new(move |_| {
        kept.get();
        store.keeping.look();
    });
    let used = move || {
        let photos = format::size(kept.get().bytes);
        match store.keeping.used() {
            Some(used) => {
                t_filled!(
                    i18n,
                    storage.used,
                    used = format::size(used),
                    photos = photos
                )
            }
            None => t_filled!(i18n, storage.photos, photos = photos),
        }
    };
    let freeing = Once::new();
    let free = move |_| {
        freeing.run(|| async move {
            // What fails leaves them where they are.
            drop(store.engine().free_attachments().await);
            store.changed();
        });
    };
    let none = move || kept.get().freeable == 0;
    view! {
        <section class="group">
            <h2 class="group__title">{t!(i18n, storage.title)}</h2>
            <div class="card meter">
                <p>{said(used)}</p>
                <p class="question__help">
                    {said(move || {
                        t_filled!(i18n, storage.freeable, size = format::size(kept.get().freeable))
                    })}
                </p>
                <button type="button" class="button button--small button--outline" disabled=none on:click=free>
                    {t!(i18n, storage.free)}
                </button>
            </div>
        </section>
    }
}
